// The server started in this process: what it says, what keeps it from starting, and the command line beside it.
#include "server/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <future>
#include <iterator>
#include <stdexcept>

#include "server/check_up.hpp"
#include "server/periodic.hpp"
#include "server/port_probe.hpp"
#include "server/testing/installation.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::installation;

/// A port of loopback that somebody else listens on.
class occupied_port {
public:
    [[nodiscard]] std::uint16_t number() { return listening_.local_endpoint().port(); }

private:
    boost::asio::io_context loop_;
    boost::asio::ip::tcp::acceptor listening_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
};

std::string fetch(std::uint16_t port, const std::string& target) {
    boost::asio::ip::tcp::iostream wire("127.0.0.1", std::to_string(port));
    wire.expires_after(std::chrono::seconds{20});
    wire << "GET " << target << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" << std::flush;
    return {std::istreambuf_iterator<char>(wire), {}};
}

server::started start(const installation& here) {
    const auto loaded = here.load();
    if (!loaded) throw std::runtime_error("the test's own configuration is wrong");
    return server::start(*loaded, {.migrations = here.migrations()});
}

TEST(Server, MigratesSqliteAnswersAndStops) {
    const installation here;
    auto running = start(here);
    ASSERT_TRUE(running) << running.error().front().message;
    const auto port = (*running)->port();
    EXPECT_EQ(ask_ready("127.0.0.1", port, std::chrono::seconds{20}), 200);
    EXPECT_THAT(fetch(port, "/live"), HasSubstr("\"live\""));
    EXPECT_THAT(fetch(port, "/metrics"), AllOf(HasSubstr("\nparley_websockets_open 0\n"),
                                               HasSubstr("parley_http_requests_total{class=\"2xx\"} 2\n")));
    EXPECT_THAT(fetch(port, "/nothing/here"), HasSubstr("application/problem+json"));
    (*running)->stop();
    EXPECT_EQ(ask_ready("127.0.0.1", port, std::chrono::seconds{20}), std::nullopt);
    (*running)->stop();
}

TEST(Server, StartsAgainOnWhatItLeft) {
    const installation here;
    ASSERT_TRUE(start(here));
    auto again = start(here);
    ASSERT_TRUE(again) << again.error().front().message;
    EXPECT_EQ(ask_ready("127.0.0.1", (*again)->port(), std::chrono::seconds{20}), 200);
}

TEST(Server, AStartThatFailsListsEveryProblem) {
    occupied_port taken;
    const installation here;
    here.write("var", "a file where the folder should be");
    here.write("parley.yaml", "server: {data_directory: var, port: " + std::to_string(taken.number()) + "}");
    const auto failed = start(here);
    ASSERT_FALSE(failed);
    std::vector<std::string> codes;
    for (const auto& one : failed.error()) codes.push_back(one.code);
    EXPECT_THAT(codes, ::testing::IsSupersetOf({"data_directory", "port_taken"}));
}

TEST(Server, TheCommandLineWorksBesideIt) {
    const installation here;
    auto running = start(here);
    ASSERT_TRUE(running) << running.error().front().message;
    EXPECT_EQ(here.run({"tenant", "create", "demo"}).code, 0);
    const auto made = here.run({"user", "create", "--tenant", "demo", "ann", "--no-password"});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(ask_ready("127.0.0.1", (*running)->port(), std::chrono::seconds{20}), 200);
}

TEST(Doctor, SaysOkWarnAndFail) {
    const installation here;
    const auto fresh = here.run({"doctor"});
    EXPECT_EQ(fresh.code, 0) << fresh.out;
    EXPECT_THAT(fresh.out, HasSubstr("WARN  database: "));
    ASSERT_EQ(here.run({"migrate", "up"}).code, 0);
    const auto migrated = here.run({"doctor"});
    EXPECT_EQ(migrated.code, 0) << migrated.out;
    EXPECT_THAT(migrated.out, AllOf(HasSubstr("OK    database tables: up to date"), HasSubstr("OK    port: ")));
    ASSERT_EQ(here.run({"migrate", "down", "--to", "0"}).code, 0);
    const auto older = here.run({"doctor"});
    EXPECT_EQ(older.code, 1);
    EXPECT_THAT(older.out, HasSubstr("FAIL  database tables: "));
}

TEST(Doctor, TellsParleyOnThePortFromAStranger) {
    const installation here;
    occupied_port taken;
    here.write("parley.yaml", "server: {data_directory: var, port: " + std::to_string(taken.number()) + "}");
    EXPECT_EQ(check_listening(**here.load()).how, health::fail);

    here.write("parley.yaml", "server: {data_directory: var, port: 0}");
    auto running = start(here);
    ASSERT_TRUE(running);
    here.write("parley.yaml", "server: {data_directory: var, port: " + std::to_string((*running)->port()) + "}");
    const auto found = check_listening(**here.load());
    EXPECT_EQ(found.how, health::ok);
    EXPECT_THAT(found.detail, HasSubstr("parleyd answers"));
}

TEST(Doctor, FindsASecretThatOthersMayRead) {
    const installation here;
    here.write("url", "sqlite:parley.db\n");
    here.write("parley.yaml", "server: {data_directory: var, port: 0}\ndatabase: {url: {secret: {file: url}}}\n");
    using enum std::filesystem::perms;
    std::filesystem::permissions(here.path() / "url", owner_read | others_read);
    auto found = check_file_modes(**here.load());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].how, health::fail);
    std::filesystem::permissions(here.path() / "url", owner_read);
    EXPECT_EQ(check_file_modes(**here.load())[0].how, health::ok);
}

TEST(Doctor, FindsAClockThatCannotBeRight) {
    EXPECT_EQ(check_clock(fake_clock(moment{})).how, health::fail);
    EXPECT_EQ(check_clock(fake_clock()).how, health::ok);
}

TEST(Doctor, WarnsOfAPluginThatIsOffAndKeepsTheLog) {
    const installation here;
    ASSERT_EQ(here.run({"migrate", "up"}).code, 0);
    ASSERT_EQ(here.run({"tenant", "create", "demo"}).code, 0);
    auto opened = workspace::open(*here.load(), here.migrations());
    ASSERT_TRUE(opened);
    auto& work = **opened;
    const auto by = work.system_in("demo").value();
    const system_clock today;
    const fake_clock in_two_months(today.now() + std::chrono::days{60});
    EXPECT_THAT(check_plugin_places(work.store(), work.configured(), today), ::testing::IsEmpty());

    const auto wrote = work.write(by, [&](kernel::writing& w) -> result<void> {
        w.keep({.plugin = "sleeper", .heard = w.log_end(), .relayed = 0});
        event said;
        said.type = "user.updated";
        said.created_at = today.now();
        w.append(said);
        w.append(said);
        return {};
    });
    ASSERT_TRUE(wrote);
    const auto young = check_plugin_places(work.store(), work.configured(), today);
    ASSERT_EQ(young.size(), 1U);
    EXPECT_EQ(young[0].how, health::ok);
    const auto old = check_plugin_places(work.store(), work.configured(), in_two_months);
    ASSERT_EQ(old.size(), 1U);
    EXPECT_EQ(old[0].how, health::warn);
    EXPECT_THAT(old[0].detail, AllOf(HasSubstr("sleeper is off in demo and has not heard 2 events"),
                                     HasSubstr("parley plugin remove sleeper --archive")));
}

TEST(Periodic, ComesRoundAgainEvenAfterAnException) {
    std::promise<void> third;
    int rounds = 0;
    const periodic often(std::chrono::milliseconds{1}, [&] {
        if (++rounds == 3) third.set_value();
        if (rounds == 1) throw std::runtime_error("the first round fails");
    });
    third.get_future().wait();
}

}  // namespace
}  // namespace parley::server
