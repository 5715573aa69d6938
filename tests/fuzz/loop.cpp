// A pair of sockets; the loop is turned by hand.
#include "fuzz/loop.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "fuzz/fuzz.hpp"

namespace parley::fuzz {
namespace {

constexpr int most_turns = 1'000;
constexpr std::chrono::seconds patience{5};

void say_fault(std::string_view what) { expect(false, "nothing reaches the loop as an exception:", what); }

struct here {
    transport::census sessions;
    transport::io_thread::fault_sink on_fault = say_fault;
    transport::io_thread home{0, sessions, on_fault};

    void turn() {
        for (int i = 0; i < most_turns; ++i)
            if (home.context().poll() == 0) return;
        expect(false, "the loop comes to rest");
    }
};

void hear(int peer, std::string& all) {
    std::array<char, 65536> some;
    for (;;) {
        const auto size = ::recv(peer, some.data(), some.size(), MSG_DONTWAIT);
        if (size <= 0) return;
        all.append(some.data(), static_cast<std::size_t>(size));
    }
}

}  // namespace

std::string converse(std::string_view bytes, std::size_t at_once, const transport::http_options& options,
                     transport::http_handler& handler) {
    static here at;
    std::array<int, 2> ends{};
    expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "there is a pair of sockets");
    transport::tcp_socket socket{at.home.context()};
    socket.assign(boost::asio::ip::tcp::v4(), ends[0]);
    start_http(at.home, std::move(socket), options, handler, {});
    std::string heard;
    for (std::size_t begin = 0; begin < bytes.size(); begin += at_once) {
        const auto piece = bytes.substr(begin, at_once);
        // What the server does not take any more is lost, as it would be on its way.
        if (::send(ends[1], piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
        at.turn();
        hear(ends[1], heard);
    }
    ::shutdown(ends[1], SHUT_WR);
    at.turn();
    hear(ends[1], heard);
    ::close(ends[1]);
    // A server that closes gives the peer a while to answer, and no longer.
    const auto end = std::chrono::steady_clock::now() + options.websocket.close_timeout + patience;
    while (!at.sessions.wait_until_empty({}) && std::chrono::steady_clock::now() < end)
        at.home.context().run_one_for(std::chrono::milliseconds{5});
    expect(at.sessions.wait_until_empty({}), "no connection stays");
    return heard;
}

}  // namespace parley::fuzz
