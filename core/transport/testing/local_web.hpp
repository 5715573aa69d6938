// A web server of one answer on the loopback, for tests of what we ask of others.
#pragma once

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace parley::transport::testing {

class local_web {
    using tcp = boost::asio::ip::tcp;

public:
    std::atomic<bool> silent = false;  ///< takes requests and says nothing

    local_web() {
        thread_ = std::thread([this] { serve(); });
    }
    ~local_web() {
        stopping_ = true;
        boost::system::error_code ignored;
        tcp::socket wake(io_);  // accept() waits for somebody
        wake.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    local_web(const local_web&) = delete;

    [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port()) + path;
    }
    [[nodiscard]] int connections() const { return connections_; }
    /// What every request gets from now on: whole, head and body.
    void answers(std::string whole) {
        const std::lock_guard lock(guard_);
        answer_ = std::move(whole);
    }
    /// The last request that was answered, whole.
    [[nodiscard]] std::string heard() {
        const std::lock_guard lock(guard_);
        return heard_;
    }

private:
    void serve() {
        std::vector<tcp::socket> kept;
        while (true) {
            boost::system::error_code why;
            tcp::socket peer(io_);
            acceptor_.accept(peer, why);
            if (why || stopping_) return;
            ++connections_;
            if (silent) {
                kept.push_back(std::move(peer));
                continue;
            }
            boost::asio::streambuf head;
            boost::asio::read_until(peer, head, "\r\n\r\n", why);
            if (!why) read_body(peer, head, why);
            const auto said = answer();  // another one may be given meanwhile
            if (!why) boost::asio::write(peer, boost::asio::buffer(said), why);
            peer.shutdown(tcp::socket::shutdown_both, why);
        }
    }

    std::string answer() {
        const std::lock_guard lock(guard_);
        return answer_;
    }

    void read_body(tcp::socket& peer, boost::asio::streambuf& into, boost::system::error_code& why) {
        static constexpr std::string_view length = "Content-Length: ";
        const auto text = [&] {
            return std::string(boost::asio::buffers_begin(into.data()), boost::asio::buffers_end(into.data()));
        };
        const auto got = text();
        const auto head = got.find("\r\n\r\n") + 4;
        const auto said = got.find(length);
        const auto whole = head + (said < head ? std::stoul(got.substr(said + length.size())) : 0);
        if (got.size() < whole) boost::asio::read(peer, into, boost::asio::transfer_exactly(whole - got.size()), why);
        const std::lock_guard lock(guard_);
        heard_ = text();
    }

    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;
    std::mutex guard_;
    std::string answer_;
    std::string heard_;
    std::thread thread_;
};

}  // namespace parley::transport::testing
