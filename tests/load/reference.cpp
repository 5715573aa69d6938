// parley_reference: as little as a durable chat server can do, and so the limit of this machine. One thread, epoll,
// each message framed once and shared, all that is queued for a connection in one writev, messages committed in groups
// before anybody hears of them. It knows no rights, no tenants, no resume and no malice; nobody should run it. usage:
// parley_reference PORT ROOMS DATABASE; ROOMS has one line for each room, with its members' numbers.
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "load/reference_store.hpp"

namespace {

using parley::load::bare_message;
using parley::load::reference_store;

constexpr std::size_t most_vectors = 1024;  // IOV_MAX
constexpr unsigned text_opcode = 1;
constexpr unsigned close_opcode = 8;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// Encoded, and shared by everybody it goes to. Counted without atomics: there is one thread.
struct frame {
    std::string bytes;
    unsigned users = 0;
};

class frame_pointer {
public:
    explicit frame_pointer(frame* to) : to_(to) { ++to_->users; }
    frame_pointer(const frame_pointer& other) : frame_pointer(other.to_) {}
    frame_pointer(frame_pointer&& other) noexcept : to_(std::exchange(other.to_, nullptr)) {}
    frame_pointer& operator=(frame_pointer other) noexcept {
        std::swap(to_, other.to_);
        return *this;
    }
    ~frame_pointer() {
        if (to_ != nullptr && --to_->users == 0) delete to_;
    }
    [[nodiscard]] const std::string& bytes() const { return to_->bytes; }

private:
    frame* to_;
};

frame_pointer framed(std::string_view payload) {
    auto made = std::make_unique<frame>();
    auto& bytes = made->bytes;
    bytes.reserve(payload.size() + 4);
    bytes.push_back(static_cast<char>(0x80U | text_opcode));
    if (payload.size() < 126) {
        bytes.push_back(static_cast<char>(payload.size()));
    } else {
        bytes.push_back(126);
        bytes.push_back(static_cast<char>(payload.size() >> 8));
        bytes.push_back(static_cast<char>(payload.size()));
    }
    bytes += payload;
    return frame_pointer(made.release());
}

struct connection {
    int socket = -1;
    std::int32_t person = -1;  // none before the handshake
    bool dirty = false;        // is to be written at the end of this turn
    bool blocked = false;      // waits until its socket takes more
    std::size_t written = 0;   // of the first frame
    std::string left;          // the beginning of something that has not come whole
    std::vector<frame_pointer> queue;
};

std::string accept_key(std::string_view key) {
    const auto whole = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, 20> digest{};
    std::array<unsigned char, 32> text{};
    EVP_Digest(whole.data(), whole.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    return {reinterpret_cast<const char*>(text.data()),
            static_cast<std::size_t>(EVP_EncodeBlock(text.data(), digest.data(), digest.size()))};
}

template <class Number>
Number take_number(std::string_view& from) {
    Number value{};
    const auto end = std::from_chars(from.data(), from.data() + from.size(), value).ptr;
    from.remove_prefix(std::min(from.size(), static_cast<std::size_t>(end - from.data()) + 1));
    return value;
}

class server {
public:
    server(std::uint16_t port, const char* rooms, const std::string& database)
        : store_(database, [this](auto& group) { deliver(group); }), buffer_(std::size_t{1} << 16) {
        read_rooms(rooms);
        listen(port);
    }

    void run() {
        std::array<epoll_event, 512> ready;
        for (;;) {
            const int found = ::epoll_wait(epoll_, ready.data(), ready.size(), -1);
            for (int i = 0; i < found; ++i) turn(ready[static_cast<std::size_t>(i)]);
            store_.start();
            for (const auto socket : dirty_) flush(socket);
            dirty_.clear();
        }
    }

private:
    void read_rooms(const char* file) {
        std::ifstream from(file);
        for (std::string line; std::getline(from, line);) {
            std::istringstream numbers(line);
            auto& room = rooms_.emplace_back();
            for (std::size_t person = 0; numbers >> person; room.push_back(person))
                if (person >= sockets_.size()) sockets_.resize(person + 1, -1);
        }
    }

    void listen(std::uint16_t port) {
        epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || ::listen(listener_, 4096) != 0)
            fail("listen");
        watch(listener_, EPOLL_CTL_ADD, EPOLLIN);
        watch(store_.socket(), EPOLL_CTL_ADD, EPOLLIN);
    }

    void watch(int socket, int how, unsigned what) const {
        epoll_event event{};
        event.events = what;
        event.data.fd = socket;
        if (::epoll_ctl(epoll_, how, socket, &event) != 0) fail("epoll_ctl");
    }

    void turn(const epoll_event& event) {
        const int socket = event.data.fd;
        if (socket == listener_) return accept();
        if (socket == store_.socket()) return store_.readable();
        auto& one = connections_[static_cast<std::size_t>(socket)];
        if ((event.events & EPOLLOUT) != 0U) {
            one.blocked = false;
            watch(socket, EPOLL_CTL_MOD, EPOLLIN);
            mark(one);
        }
        if ((event.events & ~EPOLLOUT) != 0U) read(one);
    }

    void accept() {
        for (int socket = 0; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
            if (static_cast<std::size_t>(socket) >= connections_.size())
                connections_.resize(static_cast<std::size_t>(socket) + 1);
            connections_[static_cast<std::size_t>(socket)] = connection{.socket = socket, .left = {}, .queue = {}};
            watch(socket, EPOLL_CTL_ADD, EPOLLIN);
        }
    }

    void read(connection& one) {
        const auto before = one.left.size();
        if (buffer_.size() < before + 65536) buffer_.resize(before + 65536);
        std::memcpy(buffer_.data(), one.left.data(), before);
        const auto got = ::recv(one.socket, buffer_.data() + before, buffer_.size() - before, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return end(one);
        const std::string_view bytes(buffer_.data(), before + static_cast<std::size_t>(got));
        const auto taken = one.person < 0 ? shake_hands(one, bytes) : take_frames(one, bytes);
        if (one.socket >= 0) one.left.assign(bytes.substr(taken));
    }

    std::size_t shake_hands(connection& one, std::string_view bytes) {
        constexpr std::string_view key = "Sec-WebSocket-Key: ";
        const auto finish = bytes.find("\r\n\r\n");
        if (finish == std::string_view::npos) return 0;
        auto line = bytes.substr(sizeof "GET /" - 1);
        one.person = take_number<std::int32_t>(line);
        const auto person = static_cast<std::size_t>(one.person);
        if (person >= sockets_.size()) sockets_.resize(person + 1, -1);
        sockets_[person] = one.socket;
        const auto at = bytes.find(key);
        const auto value = bytes.substr(at + key.size(), bytes.find('\r', at) - at - key.size());
        const auto answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
            accept_key(value) + "\r\n\r\n";
        if (::send(one.socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) end(one);
        queue(one, framed("w"));
        return finish + 4;
    }

    std::size_t take_frames(connection& one, std::string_view bytes) {
        std::size_t at = 0;
        while (bytes.size() - at >= 2 && one.socket >= 0) {
            const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
            const auto small = byte(1) & 0x7fU;
            const std::size_t head = small == 126 ? 8 : 6;  // with the mask
            if (bytes.size() - at < head) break;
            const std::size_t size = small == 126 ? byte(2) * 256U + byte(3) : small;
            if (bytes.size() - at < head + size) break;
            std::string payload(bytes.substr(at + head, size));
            for (std::size_t i = 0; i < size; ++i)
                payload[i] = static_cast<char>(payload[i] ^ bytes[at + head - 4 + i % 4]);
            if ((byte(0) & 0x0fU) == text_opcode) take(one, payload);
            if ((byte(0) & 0x0fU) == close_opcode) end(one);
            at += head + size;
        }
        return at;
    }

    void take(const connection& one, std::string_view said) {
        if (!said.starts_with("s ")) return;
        said.remove_prefix(2);
        bare_message made{.connection = static_cast<std::uint64_t>(one.socket), .person = one.person, .text = {}};
        made.command = take_number<std::int64_t>(said);
        made.room = take_number<std::int32_t>(said);
        if (static_cast<std::size_t>(made.room) >= rooms_.size()) return;
        made.id = ++last_id_;
        made.text = said;
        store_.keep(std::move(made));
    }

    void deliver(std::vector<bare_message>& group) {
        for (const auto& one : group) {
            const auto shared = framed("m " + std::to_string(one.id) + ' ' + std::to_string(one.room) + ' ' +
                                       std::to_string(one.person) + ' ' + one.text);
            for (const auto person : rooms_[static_cast<std::size_t>(one.room)])
                if (const int socket = sockets_[person]; socket >= 0)
                    queue(connections_[static_cast<std::size_t>(socket)], shared);
            if (auto& sender = connections_[one.connection]; sender.socket >= 0)
                queue(sender, framed("a " + std::to_string(one.command)));
        }
    }

    void queue(connection& to, const frame_pointer& one) {
        to.queue.push_back(one);
        mark(to);
    }

    void mark(connection& one) {
        if (one.dirty || one.blocked) return;
        one.dirty = true;
        dirty_.push_back(one.socket);
    }

    void flush(int socket) {
        auto& one = connections_[static_cast<std::size_t>(socket)];
        one.dirty = false;
        if (one.socket < 0) return;
        std::size_t done = 0;
        while (done < one.queue.size()) {
            const auto sent = write_some(one, done);
            if (sent < 0 && errno != EAGAIN) return end(one);
            if (sent < 0) {
                one.blocked = true;
                watch(socket, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
                break;
            }
            auto left = static_cast<std::size_t>(sent) + one.written;
            while (done < one.queue.size() && left >= one.queue[done].bytes().size())
                left -= one.queue[done++].bytes().size();
            one.written = left;
        }
        one.queue.erase(one.queue.begin(), one.queue.begin() + static_cast<std::ptrdiff_t>(done));
    }

    ssize_t write_some(const connection& one, std::size_t from) {
        const auto count = std::min(one.queue.size() - from, most_vectors);
        for (std::size_t i = 0; i < count; ++i) {
            const auto& bytes = one.queue[from + i].bytes();
            const auto skip = i == 0 ? one.written : 0;
            vectors_[i] = {const_cast<char*>(bytes.data()) + skip, bytes.size() - skip};
        }
        return ::writev(one.socket, vectors_.data(), static_cast<int>(count));
    }

    void end(connection& one) {
        if (one.person >= 0) sockets_[static_cast<std::size_t>(one.person)] = -1;
        ::close(one.socket);
        one = connection{};
    }

    reference_store store_;
    std::vector<char> buffer_;
    std::vector<std::vector<std::size_t>> rooms_;  // of persons
    std::vector<int> sockets_;                     // of persons
    std::deque<connection> connections_;           // by socket
    std::vector<int> dirty_;
    std::array<iovec, most_vectors> vectors_{};
    int epoll_ = -1;
    int listener_ = -1;
    std::int64_t last_id_ = 0;
};

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::cerr << "usage: parley_reference PORT ROOMS DATABASE\n";
        return 2;
    }
    try {
        ::signal(SIGPIPE, SIG_IGN);
        server(static_cast<std::uint16_t>(std::atoi(words[1])), words[2], words[3]).run();
    } catch (const std::exception& why) {
        std::cerr << "parley_reference: " << why.what() << '\n';
        return 1;
    }
}
