// A clamd of a few lines that behaves, or does not, as a test wants.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "files_test.hpp"

namespace virus_scan::testing {

/// One connection at a time, in its own thread.
class clamd_server {
public:
    /// What it does after INSTREAM, instead of taking everything and answering.
    using behaviour = std::function<void(clamd_server&, int socket)>;

    explicit clamd_server(bool over_tcp = false) {
        over_tcp ? listen_on_loopback() : listen_in_folder();
        thread_ = std::thread([this] { serve(); });
    }
    ~clamd_server() {
        end();
        ::close(listens_);
    }
    clamd_server(const clamd_server&) = delete;
    clamd_server& operator=(const clamd_server&) = delete;

    [[nodiscard]] const std::string& address() const { return address_; }
    void is_of(const std::string& version) {
        set([&] { version_ = version; });
    }
    void scans_by(behaviour how) {
        set([&] { behaviour_ = std::move(how); });
    }
    /// Of the two things that a clamd must be told to tell.
    void tells(bool of_passwords, bool of_limits) {
        set([&] {
            of_passwords_ = of_passwords;
            of_limits_ = of_limits;
        });
    }
    [[nodiscard]] int connections() const { return connections_; }
    /// Nobody listens any more.
    void end() {
        if (ending_.exchange(true)) return;
        thread_.join();
        if (address_.starts_with('/')) ::unlink(address_.c_str());
    }

    static void say(int socket, std::string_view text) {
        static_cast<void>(!::send(socket, text.data(), text.size(), MSG_NOSIGNAL));
    }
    /// So many bytes; fewer when there are no more or the test is over.
    std::string take(int socket, std::size_t most) {
        std::string made;
        while (made.size() < most && waits_for(socket)) {
            std::array<char, 65'536> some{};
            const auto got = ::recv(socket, some.data(), std::min(some.size(), most - made.size()), 0);
            if (got <= 0) break;
            made.append(some.data(), static_cast<std::size_t>(got));
        }
        return made;
    }
    std::string take_stream(int socket) {
        std::string made;
        for (auto head = take(socket, 4); head.size() == 4; head = take(socket, 4)) {
            std::size_t size = 0;
            for (const unsigned char one : head) size = size << 8 | one;
            if (size == 0) break;
            made += take(socket, size);
        }
        return made;
    }
    /// Until the other side hangs up.
    void hang(int socket) { take(socket, SIZE_MAX); }

private:
    void listen_in_folder() {
        address_ = (folder_.at() / "clamd").string();
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        address_.copy(at.sun_path, sizeof at.sun_path - 1);
        begin(reinterpret_cast<sockaddr*>(&at), sizeof at);
    }
    void listen_on_loopback() {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        begin(reinterpret_cast<sockaddr*>(&at), size);
        ::getsockname(listens_, reinterpret_cast<sockaddr*>(&at), &size);
        address_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    }
    void begin(sockaddr* at, socklen_t size) {
        listens_ = ::socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::bind(listens_, at, size) != 0 || ::listen(listens_, 16) != 0) throw std::runtime_error("no socket");
    }
    bool waits_for(int socket) const {
        while (!ending_) {
            pollfd one{socket, POLLIN, 0};
            if (::poll(&one, 1, 20) > 0) return true;
        }
        return false;
    }
    template <class Work>
    auto get(Work work) {
        const std::lock_guard held(lock_);
        return work();
    }
    template <class Work>
    void set(Work work) {
        const std::lock_guard held(lock_);
        work();
    }
    void serve() {
        while (waits_for(listens_)) {
            const int socket = ::accept(listens_, nullptr, nullptr);
            if (socket < 0) continue;
            ++connections_;
            answer(socket);
            ::close(socket);
        }
    }
    void answer(int socket) {
        std::string command;
        while (command.empty() || command.back() != '\0') {
            const auto more = take(socket, 1);
            if (more.empty()) return;
            command += more;
        }
        if (command == std::string_view("zVERSION\0", 9)) return say(socket, get([&] { return version_; }) + '\0');
        if (command != std::string_view("zINSTREAM\0", 10)) return;
        if (const auto how = get([&] { return behaviour_; })) return how(*this, socket);
        say(socket, "stream: " + verdict_on(take_stream(socket)) + '\0');
    }
    std::string verdict_on(const std::string& bytes) {
        if (bytes.find(eicar()) != std::string::npos) return "Parley.Test.Eicar FOUND";
        if (bytes.starts_with("PK") && (bytes[6] & 1) != 0 && get([&] { return of_passwords_; }))
            return "Heuristics.Encrypted.Zip FOUND";
        constexpr std::size_t deep = 5'000;
        if (bytes.starts_with("PK") && bytes.size() > deep && get([&] { return of_limits_; }))
            return "Heuristics.Limits.Exceeded.MaxRecursion FOUND";
        return "OK";
    }
    folder folder_;
    std::string address_;
    int listens_ = -1;
    std::mutex lock_;
    std::string version_ = "ClamAV 1.4.3/27801/Mon Oct 20 08:00:00 2025";
    behaviour behaviour_;
    bool of_passwords_ = true;
    bool of_limits_ = true;
    std::atomic<int> connections_{0};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace virus_scan::testing
