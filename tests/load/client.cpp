// The client's side of RFC 6455, as much of it as a well-behaved server makes a client need.
#include "load/client.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <time.h>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "load/loopback.hpp"

namespace parley::load {
namespace {

enum opcode : unsigned { text = 1, close = 8, ping = 9, pong = 10 };

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::uint32_t microseconds_since(std::int64_t then) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(0, now_ns() - then) / 1000);
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

}  // namespace

std::int64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

client::~client() {
    if (socket_ >= 0) ::close(socket_);
}

void client::open(std::uint16_t port, const std::string& token, const language& speaking, unsigned char from) {
    speaking_ = &speaking;
    token_ = token;
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) fail("socket");
    const int on = 1;
    // Without it bind() would take a port at once, and not only one that is free towards this server.
    ::setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const auto own = loopback(0, from);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) fail("bind");
    const auto to = loopback(port);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    stage_ = stage::upgrading;
    out_ = fmt::format(
        "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
        speaking.path(token), port, speaking.headers(token));
    flush();
}

void client::flush() {
    if (out_.empty() || socket_ < 0) return;
    const auto sent = ::send(socket_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    // A connection that is broken is noticed by the reading side.
    if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
}

void client::readable(std::span<char> buffer, tally& seen) {
    std::memcpy(buffer.data(), left_.data(), left_.size());
    const auto before = left_.size();
    const auto got = ::recv(socket_, buffer.data() + before, buffer.size() - before, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return end(seen);
    seen.bytes += static_cast<std::uint64_t>(got);
    const std::string_view bytes(buffer.data(), before + static_cast<std::size_t>(got));
    const auto head = stage_ == stage::upgrading ? take_handshake(bytes) : 0;
    const auto taken = stage_ == stage::upgrading ? 0 : head + take_frames(bytes.substr(head), seen);
    left_.assign(bytes.substr(taken));
}

std::size_t client::take_handshake(std::string_view bytes) {
    const auto finish = bytes.find("\r\n\r\n");
    if (finish == std::string_view::npos) return 0;
    if (!bytes.starts_with("HTTP/1.1 101"))
        throw std::runtime_error("no WebSocket: " + std::string(bytes.substr(0, 300)));
    stage_ = stage::greeting;
    return finish + 4;
}

std::size_t client::take_frames(std::string_view bytes, tally& seen) {
    std::size_t at = 0;
    while (bytes.size() - at >= 2 && stage_ != stage::closed) {
        std::size_t head = 2;
        std::uint64_t size = static_cast<unsigned char>(bytes[at + 1]) & 0x7fU;
        const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (bytes.size() - at < head + more) break;
        if (more > 0) size = big_endian(bytes.substr(at + head, more));
        head += more;
        if (bytes.size() - at < head + size) break;
        take(static_cast<unsigned char>(bytes[at]) & 0x0fU, bytes.substr(at + head, size), seen);
        at += head + size;
    }
    return at;
}

void client::take(unsigned opcode, std::string_view payload, tally& seen) {
    if (opcode == text) {
        const auto what = speaking_->kind_of(payload);
        if (what != remark::delivery) return take_remark(what, payload, seen);
        if (++seen.deliveries % seen.sample_each != 0 || !seen.sampling) return;
        const auto at = speaking_->time_in(payload);
        if (at >= 0) seen.delivery_us.push_back(microseconds_since(at));
        return;
    }
    if (opcode == ping) return queue(pong, payload);
    if (opcode == opcode::close) end(seen);
}

void client::take_remark(remark what, std::string_view payload, tally& seen) {
    if (what == remark::question) return queue(text, speaking_->reply_to(payload, token_));
    if (what == remark::welcome) {
        stage_ = stage::live;
        return;
    }
    if (what == remark::answer || what == remark::refusal) return take_answer(what, payload, seen);
    ++seen.other_events;
}

void client::take_answer(remark what, std::string_view payload, tally& seen) {
    const bool good = what == remark::answer;
    const auto number = speaking_->number_of(payload);
    if (!good && seen.problems++ == 0) seen.first_problem = payload;
    if (number < 0) return;  // the answer to "resume"
    --in_flight_;
    const auto& was = seen.send_of(static_cast<std::uint64_t>(number));
    if (!good) seen.deliveries_refused += was.members;
    if (good) ++seen.answers;
    if (seen.sampling) seen.answer_us.push_back(microseconds_since(was.at));
}

void client::send_message(std::uint64_t number, std::string_view room, std::string_view body) {
    ++in_flight_;
    queue(text, speaking_->say(number, room, body));
}

void client::queue(unsigned opcode, std::string_view payload) {
    out_.push_back(static_cast<char>(0x80U | opcode));
    if (payload.size() < 126) {
        out_.push_back(static_cast<char>(0x80U | payload.size()));
    } else {
        out_.push_back(static_cast<char>(0xfe));
        out_.push_back(static_cast<char>(payload.size() >> 8));
        out_.push_back(static_cast<char>(payload.size() & 0xff));
    }
    // The mask must be there; with zeros the payload stays as it is.
    out_.append(4, '\0');
    out_ += payload;
}

void client::end(tally& seen) {
    stage_ = stage::closed;
    ++seen.closed;
    ::close(socket_);
    socket_ = -1;
    out_.clear();
}

}  // namespace parley::load
