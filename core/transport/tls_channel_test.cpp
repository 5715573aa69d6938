// The server's half of TLS against OpenSSL's client, over a pair of sockets that take little.
#include "transport/tls_channel.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "transport/testing/tls_client.hpp"

namespace parley::transport {
namespace {

class channel : public ::testing::Test {
protected:
    channel() {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_) != 0) throw std::runtime_error("no sockets");
        const int small = 4096;
        ::setsockopt(ends_[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        server_ = std::make_unique<tls_channel>(*testing::tls_with(*testing::new_pair()), ends_[0]);
        SSL_set_fd(client_.get(), ends_[1]);
    }
    ~channel() override {
        server_.reset();
        for (const int one : ends_) ::close(one);
    }

    void shake_hands() {
        auto came = tls_channel::step::wants_reading;
        int client = 0;
        for (int round = 0; round < 100 && (came != tls_channel::step::done || client != 1); ++round) {
            client = SSL_do_handshake(client_.get());
            ASSERT_FALSE(server_->flush());
            if (came != tls_channel::step::done) came = server_->handshake();
        }
        ASSERT_EQ(came, tls_channel::step::done);
        ASSERT_EQ(client, 1);
    }

    std::string receive() {
        char some[16384];
        std::size_t size = 0;
        std::string got;
        while (SSL_read_ex(client_.get(), some, sizeof some, &size) == 1) got.append(some, size);
        return got;
    }

    int ends_[2] = {-1, -1};
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> client_{[this] {
                                                          SSL* const made = SSL_new(context_.get());
                                                          SSL_set_connect_state(made);
                                                          return made;
                                                      }(),
                                                      &SSL_free};
    std::unique_ptr<tls_channel> server_;
};

TEST_F(channel, what_the_socket_does_not_take_is_held_and_neither_lost_nor_repeated) {
    shake_hands();
    std::string all;
    for (int i = 0; all.size() < 300'000; ++i) all += std::to_string(i) + ";";
    std::string got;
    std::size_t taken = 0;
    int fulls = 0;
    for (int round = 0; round < 10'000 && got.size() < all.size(); ++round) {
        // In pieces that are no multiples of a record.
        std::vector<iovec> pieces;
        for (auto at = taken; at < all.size() && pieces.size() < 40; at += 7000)
            pieces.push_back({all.data() + at, std::min<std::size_t>(7000, all.size() - at)});
        const auto made = server_->send(pieces);
        ASSERT_FALSE(made.why);
        EXPECT_LE(made.bytes, tls_channel::most_at_once);
        EXPECT_EQ(made.full, server_->holds());
        taken += made.bytes;
        fulls += made.full ? 1 : 0;
        if (made.full) {
            EXPECT_EQ(server_->send(pieces).bytes, 0u) << "nothing goes in while something is held";
        }
        got += receive();
    }
    EXPECT_EQ(got, all);
    EXPECT_GT(fulls, 4) << "the socket took everything: nothing was tested";
    EXPECT_FALSE(server_->holds());
}

TEST_F(channel, reads_what_comes_and_notices_a_goodbye) {
    shake_hands();
    std::size_t written = 0;
    ASSERT_EQ(SSL_write_ex(client_.get(), "hello", 5, &written), 1);
    char room[3];
    std::size_t got = 0;
    ASSERT_EQ(server_->read(room, sizeof room, got), tls_channel::step::done);
    EXPECT_EQ(std::string_view(room, got), "hel");
    EXPECT_TRUE(server_->has_pending()) << "no socket tells of what is left";
    ASSERT_EQ(server_->read(room, sizeof room, got), tls_channel::step::done);
    EXPECT_EQ(std::string_view(room, got), "lo");
    EXPECT_FALSE(server_->has_pending());
    EXPECT_EQ(server_->read(room, sizeof room, got), tls_channel::step::wants_reading);
    SSL_shutdown(client_.get());
    EXPECT_EQ(server_->read(room, sizeof room, got), tls_channel::step::ended);
}

TEST_F(channel, an_end_without_a_goodbye_is_a_failure) {
    shake_hands();
    ::shutdown(ends_[1], SHUT_WR);
    char room[3];
    std::size_t got = 0;
    EXPECT_EQ(server_->read(room, sizeof room, got), tls_channel::step::failed);
    EXPECT_TRUE(server_->send({}).why) << "and nothing more is sent";
}

TEST_F(channel, a_changed_byte_ends_it) {
    shake_hands();
    receive();  // the tickets
    const std::string record("\x17\x03\x03\x00\x14this is not a record", 25);
    ASSERT_EQ(::send(ends_[1], record.data(), record.size(), 0), 25);
    char room[3];
    std::size_t got = 0;
    EXPECT_EQ(server_->read(room, sizeof room, got), tls_channel::step::failed);
}

}  // namespace
}  // namespace parley::transport
