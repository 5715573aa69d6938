// What a file is, by its first bytes.
#pragma once

#include <memory>
#include <mutex>
#include <parley/result.hpp>
#include <string>
#include <string_view>

namespace attachments {

namespace sdk = parley::sdk;

/// libmagic with bounds. Calls go one after the other; each looks at no more than `most`.
class sniffer {
public:
    static constexpr std::size_t most = std::size_t{64} * 1024;

    sniffer();
    ~sniffer();
    sniffer(const sniffer&) = delete;
    sniffer& operator=(const sniffer&) = delete;

    /// A MIME type in libmagic's words; "application/octet-stream" when it does not know. Any thread.
    [[nodiscard]] std::string type_of(std::string_view beginning) const;
    /// False: there is no database of types, and nothing can be told.
    [[nodiscard]] bool works() const { return cookie_ != nullptr; }

private:
    struct closing {
        void operator()(void* cookie) const;
    };
    mutable std::mutex one_at_a_time_;
    std::unique_ptr<void, closing> cookie_;
};

}  // namespace attachments
