// How the reference keeps messages: everything that has come since the last commit, in one INSERT.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::load {

/// A message between its arrival and its delivery.
struct bare_message {
    std::uint64_t connection = 0;  ///< who waits for the answer
    std::int64_t command = 0;      ///< the number to answer with
    std::int64_t id = 0;           ///< without holes, in the order of arrival
    std::int32_t room = 0;
    std::int32_t person = 0;
    std::string text;
};

/// One connection, never waited for: the loop says when its socket can be read. Throws std::runtime_error when the
/// database refuses.
class reference_store {
public:
    using kept = std::function<void(std::vector<bare_message>&)>;

    /// Makes the table. `when_kept` is called after each commit, with what it holds.
    reference_store(const std::string& url, kept when_kept);

    void keep(bare_message one) { waiting_.push_back(std::move(one)); }
    /// Sends what is waiting, unless a statement is on its way.
    void start();
    /// To be called when the socket has something.
    void readable();
    [[nodiscard]] int socket() const { return PQsocket(connection_.get()); }

private:
    struct hang_up {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };

    [[noreturn]] void give_up(const char* doing) const;

    std::unique_ptr<PGconn, hang_up> connection_;
    kept when_kept_;
    std::vector<bare_message> waiting_;
    std::vector<bare_message> under_way_;
};

}  // namespace parley::load
