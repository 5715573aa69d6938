// parley_bare_beast: an HTTP server out of Beast's examples that gives one answer to everything; what a route of Parley
// is measured beside. usage: parley_bare_beast PORT BODY
// With a folder it writes each body into a file there and has it synced before it answers; what an upload is measured
// beside. usage: parley_bare_beast PORT BODY FOLDER
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/http/file_body.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <unistd.h>

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

/// One body after the other, into the same file.
class keeper : public std::enable_shared_from_this<keeper> {
public:
    keeper(tcp::socket socket, const std::string& body, std::string file)
        : stream_(std::move(socket)), body_(body), file_(std::move(file)) {}

    void read() {
        parser_.emplace();
        parser_->body_limit(boost::none);
        beast::error_code failed;
        parser_->get().body().open(file_.c_str(), beast::file_mode::write, failed);
        if (failed) return;
        stream_.expires_never();
        http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code wrong, std::size_t) {
            if (!wrong) self->answer();
        });
    }

private:
    void answer() {
        const bool synced = ::fdatasync(parser_->get().body().file().native_handle()) == 0;
        response_ = {synced ? http::status::ok : http::status::internal_server_error, parser_->get().version()};
        response_.keep_alive(parser_->get().keep_alive());
        response_.body() = body_;
        response_.prepare_payload();
        http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code failed, std::size_t) {
            if (!failed) self->read();
        });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::file_body>> parser_;
    http::response<http::string_body> response_;
    const std::string& body_;
    std::string file_;
};

struct answers {
    std::string body;
    std::string folder;  ///< empty: bodies are kept in memory, and forgotten
};

void accept(tcp::acceptor& from, const answers& with) {
    from.async_accept([&](beast::error_code failed, tcp::socket socket) {
        if (!failed) {
            socket.set_option(tcp::no_delay(true));
            if (with.folder.empty())
                std::make_shared<session>(std::move(socket), with.body)->read();
            else
                std::make_shared<keeper>(std::move(socket), with.body, with.folder + "/body")->read();
        }
        accept(from, with);
    });
}

}  // namespace

int main(int count, char** words) {
    if (count != 3 && count != 4) {
        std::cerr << "usage: parley_bare_beast PORT BODY [FOLDER]\n";
        return 2;
    }
    try {
        asio::io_context loop{1};
        const answers with{words[2], count == 4 ? words[3] : ""};
        tcp::acceptor acceptor(loop,
                               {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(words[1]))});
        accept(acceptor, with);
        loop.run();
    } catch (const std::exception& why) {
        std::cerr << "parley_bare_beast: " << why.what() << '\n';
        return 1;
    }
}
