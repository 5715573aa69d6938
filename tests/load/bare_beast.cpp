// parley_bare_beast: an HTTP server out of Beast's examples that gives one answer to everything; what a route of Parley
// is measured beside. usage: parley_bare_beast PORT BODY
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

class session : public std::enable_shared_from_this<session> {
public:
    session(tcp::socket socket, const std::string& body) : stream_(std::move(socket)), body_(body) {}

    void read() {
        request_ = {};
        stream_.expires_after(std::chrono::seconds{30});
        http::async_read(stream_, buffer_, request_,
                         [self = shared_from_this()](beast::error_code failed, std::size_t) {
                             if (!failed) self->answer();
                         });
    }

private:
    void answer() {
        response_ = {http::status::ok, request_.version()};
        response_.set(http::field::content_type, "application/json");
        response_.keep_alive(request_.keep_alive());
        response_.body() = body_;
        response_.prepare_payload();
        http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code failed, std::size_t) {
            if (!failed) self->read();
        });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    http::response<http::string_body> response_;
    const std::string& body_;
};

void accept(tcp::acceptor& from, const std::string& body) {
    from.async_accept([&](beast::error_code failed, tcp::socket socket) {
        if (!failed) {
            socket.set_option(tcp::no_delay(true));
            std::make_shared<session>(std::move(socket), body)->read();
        }
        accept(from, body);
    });
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::cerr << "usage: parley_bare_beast PORT BODY\n";
        return 2;
    }
    try {
        asio::io_context loop{1};
        const std::string body(words[2]);
        tcp::acceptor acceptor(loop,
                               {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(words[1]))});
        accept(acceptor, body);
        loop.run();
    } catch (const std::exception& why) {
        std::cerr << "parley_bare_beast: " << why.what() << '\n';
        return 1;
    }
}
