// What happens while the store is out of reach; the store itself is met in tests/acceptance.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "house_test.hpp"

namespace {

using namespace attachments::testing;

/// A port of this machine on which nobody listens, and nobody else will.
class closed_port {
public:
    closed_port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size) != 0 ||
            ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
            throw std::runtime_error("no port");
        number_ = ntohs(at.sin_port);
    }
    ~closed_port() { ::close(socket_); }
    closed_port(const closed_port&) = delete;
    closed_port& operator=(const closed_port&) = delete;
    [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + std::to_string(number_); }

private:
    int socket_;
    int number_ = 0;
};

struct placing : house_test {
    placing() {
        host.set({{"storage", "s3"},
                  {"s3_endpoint", port.address()},
                  {"s3_bucket", "files"},
                  {"s3_access_key", "who"},
                  {"s3_secret_key", "secret"}});
    }
    /// A file in the bucket.
    std::string has_remote() {
        const auto file = has_file({});
        sql("UPDATE file SET place = 's3' WHERE id = " + file);
        return file;
    }

    closed_port port;
};

TEST_F(placing, what_is_ready_waits_on_the_disk_for_the_store) {
    const auto file = std::string(body(brings("a.txt", "hello")).at("files").at(0).at("file").as_string());
    ASSERT_FALSE(host.jobs().empty());
    ASSERT_TRUE(host.run("place").ok());
    EXPECT_EQ(sql("SELECT place FROM file WHERE id = " + file), "local");
    EXPECT_EQ(sql("SELECT bound FROM file WHERE id = " + file), "s3");
    EXPECT_TRUE(host.begin_transfer("file.content", {{"file", file}}).ok());
}

TEST_F(placing, a_store_out_of_reach_is_asked_again_with_the_next_minute_and_no_sooner) {
    const auto file = has_remote();
    ASSERT_TRUE(host.call("file.delete", {{"file", file}}).ok());
    ASSERT_EQ(sql("SELECT count(*) FROM doomed"), "1");
    EXPECT_FALSE(host.jobs().empty()) << "the job that deletes there";
    host.advance(std::chrono::seconds(30));
    ASSERT_TRUE(host.run("place").ok());
    EXPECT_EQ(sql("SELECT count(*) FROM doomed"), "1");
    for (const auto& job : host.jobs()) EXPECT_LT(job.at, host.now()) << job.key;
}

TEST_F(placing, nothing_is_found_out_about_a_store_out_of_reach_and_nothing_repaired) {
    const auto file = has_remote();
    const auto said = host.call("files.verify", {{"deep", true}, {"repair", true}});
    EXPECT_EQ(said.code, "storage_failed");
    EXPECT_EQ(state_of(file), "ready");
    host.set({{"s3_endpoint", ""}});
    EXPECT_EQ(host.call("files.verify", {{"repair", true}}).code, "storage_not_set");
    EXPECT_EQ(state_of(file), "ready");
}

TEST_F(placing, moves_only_to_where_the_setting_says) {
    EXPECT_EQ(host.call("files.move", {{"to", "local"}}).code, "storage_elsewhere");
    EXPECT_TRUE(host.call("files.move", {{"to", "s3"}}).json.at("done").as_bool()) << "there is none";
    body(brings("a.txt", "hello"));
    EXPECT_EQ(host.call("files.move", {{"to", "s3"}}).code, "storage_failed");
}

}  // namespace
