// Stands between a store and its PostgreSQL and loses the connection at the worst moment: at COMMIT.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace parley::storage::testing {

/// What happens to the next COMMIT that passes; after it everything passes again.
enum class cut : int {
    nothing = 0,
    before_commit,  ///< the server never sees the COMMIT
    after_commit,   ///< the server commits, its answer is lost
    late_commit     ///< the client has already lost the connection when the COMMIT reaches the server
};

class cutting_proxy {
public:
    explicit cutting_proxy(std::filesystem::path server) : server_(std::move(server)) {
        std::string name = (std::filesystem::temp_directory_path() / "parley-proxy-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder for the proxy");
        folder_ = name;
        listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = address_of(folder_ / ".s.PGSQL.5432");
        if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
            listen(listener_, 16) != 0)
            throw std::runtime_error("the proxy cannot listen");
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~cutting_proxy() {
        ends_ = true;
        acceptor_.join();
        for (auto& one : pairs_) one.join();
        close(listener_);
        std::filesystem::remove_all(folder_);
    }
    cutting_proxy(const cutting_proxy&) = delete;
    cutting_proxy& operator=(const cutting_proxy&) = delete;

    [[nodiscard]] std::string url(const std::string& database) const {
        return "postgresql:///" + database + "?host=" + folder_.string() + "&user=parley";
    }
    void at_next_commit(cut how) { cut_ = how; }
    [[nodiscard]] int cuts() const { return cuts_; }
    /// Who asks what became of a transaction is told of this one, which must have as many digits.
    void answers_for(std::string transaction) { stand_in_ = std::move(transaction); }

private:
    static sockaddr_un address_of(const std::filesystem::path& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
        return address;
    }

    [[nodiscard]] static bool is_readable(int socket) {
        pollfd one{socket, POLLIN, 0};
        return poll(&one, 1, 20) > 0;
    }

    void accept_all() {
        while (!ends_)
            if (is_readable(listener_))
                pairs_.emplace_back(
                    [this, client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)] { serve(client); });
    }

    void serve(int client) {
        const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = address_of(server_);
        if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) pass(client, server);
        close(server);
        close(client);
    }

    void pass(int client, int server) {
        std::array<char, 65536> bytes;
        while (!ends_) {
            std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
            if (poll(both.data(), 2, 20) <= 0) continue;
            for (const auto& [from, to] : {std::pair{client, server}, std::pair{server, client}}) {
                const auto is_ready = (from == client ? both[0] : both[1]).revents != 0;
                if (!is_ready) continue;
                const auto size = read(from, bytes.data(), bytes.size());
                if (size <= 0) return;
                exchange_numbers({bytes.data(), static_cast<std::size_t>(size)});
                const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
                const bool commits = from == client && text.find("COMMIT") != std::string_view::npos;
                const auto how = commits ? cut_.exchange(cut::nothing) : cut::nothing;
                if (how != cut::nothing) ++cuts_;
                if (how == cut::before_commit) return;
                if (how == cut::late_commit) {
                    shutdown(client, SHUT_RDWR);
                    // The time a packet may take while its sender has long given up.
                    std::this_thread::sleep_for(std::chrono::milliseconds(300));
                }
                if (write(to, text.data(), text.size()) != size) return;
                if (how != cut::nothing) {
                    [[maybe_unused]] const auto answered = read(server, bytes.data(), bytes.size());
                    return;
                }
            }
        }
    }

    void exchange_numbers(std::span<char> in) const {
        constexpr std::string_view asks = "txid_status(";
        const auto found = std::string_view(in.data(), in.size()).find(asks);
        if (stand_in_.empty() || found == std::string_view::npos) return;
        std::ranges::copy(stand_in_, in.begin() + static_cast<std::ptrdiff_t>(found + asks.size()));
    }

    std::filesystem::path server_;
    std::string stand_in_;  // set before anybody asks
    std::filesystem::path folder_;
    int listener_ = -1;
    std::atomic<bool> ends_{false};
    std::atomic<cut> cut_{cut::nothing};
    std::atomic<int> cuts_{0};
    std::vector<std::thread> pairs_;  // the acceptor's, and joined after it
    std::thread acceptor_;
};

}  // namespace parley::storage::testing
