// libclamav's engine with one set of signatures: made once, never changed, used by several threads.
#pragma once

#include <parley/json.hpp>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

struct cl_engine;

namespace virus_scan {

namespace sdk = parley::sdk;

/// What one scan may take.
struct limits {
    std::int64_t file_bytes = 104'857'600;  ///< of the file, and of each that is unpacked of it
    std::int64_t scan_bytes = 419'430'400;  ///< of all together
    std::int64_t files = 10'000;
    std::int64_t depth = 17;
    std::int64_t seconds = 120;

    bool operator==(const limits&) const = default;
};

/// `limited` is everything that was not read whole and had nothing in what was read.
enum class outcome : std::uint8_t { clean = 1, infected, limited, encrypted };
BOOST_DESCRIBE_ENUM(outcome, clean, infected, limited, encrypted)

struct finding {
    outcome is = outcome::limited;
    std::string name;  ///< the signature, or what was too much; empty when clean
};

class engine {
public:
    /// Takes seconds with the official signatures, and a gigabyte of memory. An error says what is wrong with the
    /// folder; no signatures at all are an error. Cut short when `stopping` becomes true.
    [[nodiscard]] static sdk::result<std::shared_ptr<const engine>> load(const std::filesystem::path& signatures,
                                                                         const limits&,
                                                                         const std::filesystem::path& scratch,
                                                                         const std::atomic<bool>& stopping);
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    /// The file at `path` in `folder`, reached over no link. An error: nothing is known of the file. Any thread.
    [[nodiscard]] sdk::result<finding> scan(const std::filesystem::path& folder, const std::string& path) const;

    /// Names this very set of signatures: two servers with the same files have the same. "27801-0123456789abcdef"
    [[nodiscard]] const std::string& version() const { return version_; }
    [[nodiscard]] std::int64_t signatures() const { return signatures_; }

private:
    engine(cl_engine* made, const limits& most) : engine_(made), most_(most) {}

    cl_engine* engine_;
    limits most_;
    std::string version_;
    std::int64_t signatures_ = 0;
};

}  // namespace virus_scan
