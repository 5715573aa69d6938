// Who may have the configuration loaded again over HTTP, what that says, and what it does not.
#include "server/operator_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <future>
#include <stdexcept>

#include "base/log.hpp"
#include "server/testing/installation.hpp"

namespace parley::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::installation;
using ::testing::Not;

constexpr std::string_view token = "canary-0123456789-0123456789-0123456789";

class OperatorDesk : public ::testing::Test {
protected:
    OperatorDesk() {
        std::filesystem::create_directory(here.path() / "var");
        here.write("token", token);
        here.write("parley.yaml", main_file());
        if (!reloading.reload({}).applied()) throw std::runtime_error("the test's own configuration is wrong");
    }

    static std::string main_file(std::string_view more = {}) {
        return "server: {port: 0, data_directory: var, operator_token: {secret: {file: token}}}\n" + std::string(more);
    }
    static std::shared_ptr<const config::configuration> loaded(const installation& from) {
        auto made = from.load();
        if (!made) throw std::runtime_error("the test's own configuration is wrong");
        return *made;
    }
    [[nodiscard]] static transport::http_request request(std::string_view shown, std::string body = {},
                                                         std::string address = "192.0.2.1") {
        transport::http_request made{.method = "POST",
                                     .target = "/api/v1/operator/reload",
                                     .headers = {{"Content-Type", "application/json"}},
                                     .body = std::move(body),
                                     .remote = std::move(address),
                                     .request_id = "r-1"};
        if (!shown.empty()) made.headers.push_back({"Authorization", "Bearer " + std::string(shown)});
        return made;
    }
    [[nodiscard]] transport::http_response ask(transport::http_request one) {
        std::promise<transport::http_response> said;
        auto coming = said.get_future();
        desk.handle(std::move(one), [&said](transport::http_response made) { said.set_value(std::move(made)); });
        return coming.get();
    }
    [[nodiscard]] static std::string code_of(const transport::http_response& of) {
        return std::string(boost::json::parse(of.body).at("code").as_string());
    }

    installation here;
    fake_clock time;
    config_settings settings{loaded(here)};
    reloader reloading{settings, time};
    std::vector<reload_asker> asked;
    std::vector<std::string> tenants;
    operator_desk desk{settings, time, [this] { return reloading.preview({}); },
                       [this](const reload_asker& who) {
                           asked.push_back(who);
                           return reloading.reload({}, who);
                       },
                       [this](const transport::http_request& one) {
                           tenants.push_back(one.method + " " + one.target + " " + one.body);
                           return transport::http_response{.headers = {}, .body = "{}"};
                       }};
};

TEST_F(OperatorDesk, IsNotThereWithoutAToken) {
    EXPECT_TRUE(desk.takes(request(token)));
    auto elsewhere = request(token);
    elsewhere.target = "/api/v1/operator/reload/x";
    EXPECT_FALSE(desk.takes(elsewhere));
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\n");
    ASSERT_TRUE(reloading.reload({}).applied());
    EXPECT_FALSE(desk.takes(request(token))) << "the token is a live setting";
    EXPECT_FALSE(desk.takes(request(""))) << "no token is not the empty token";
}

TEST_F(OperatorDesk, ShowsThePlanAndThenDoesIt) {
    here.write("tenants/demo.yaml", "display_name: Demo\nmessages: {max_bytes: 1000}\n");
    here.write("parley.yaml", main_file("http: {json_depth: 8}\n"));
    const auto shown = ask(request(token, R"({"dry_run": true, "force": 1})"));
    EXPECT_EQ(shown.status, 200);
    auto plan = boost::json::parse(shown.body).as_object();
    EXPECT_EQ(plan.at("applied"), false);
    EXPECT_EQ(plan.at("wants_restart"), true);
    EXPECT_EQ(plan.at("ignored"), boost::json::array{"force"});
    ASSERT_EQ(plan.at("changes").as_array().size(), 2U);
    EXPECT_EQ(plan.at("changes").at(1).at("setting"), "messages.max_bytes");
    EXPECT_EQ(plan.at("changes").at(1).at("takes_effect"), "now");
    EXPECT_EQ(settings.of("demo")->messages.max_bytes, 65536U) << "only shown";
    EXPECT_TRUE(asked.empty());
    const auto generation = reloading.state().generation;
    EXPECT_EQ(plan.at("generation"), generation);

    const auto done = ask(request(token));
    EXPECT_EQ(done.status, 200);
    const auto said = boost::json::parse(done.body).as_object();
    EXPECT_EQ(said.at("applied"), true);
    EXPECT_EQ(said.at("changes"), plan.at("changes"));
    EXPECT_EQ(said.at("generation"), generation + 1);
    EXPECT_EQ(settings.of("demo")->messages.max_bytes, 1000U);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].by, reload_asker::way::api);
    EXPECT_EQ(asked[0].address, "192.0.2.1");
    EXPECT_EQ(asked[0].request_id, "r-1");
}

TEST_F(OperatorDesk, SaysEveryProblemWithItsPlaceAndChangesNothing) {
    here.write("parley.yaml", main_file("htp: {json_depth: 8}\n"));
    here.write("tenants/demo.yaml", "messages: {max_bytes: few}\nhosts: [7]\n");
    const auto before = settings.now();
    for (const std::string body : {"", R"({"dry_run":true})"}) {
        const auto refused = ask(request(token, body));
        EXPECT_EQ(refused.status, 422);
        EXPECT_EQ(refused.content_type, "application/problem+json");
        const auto said = boost::json::parse(refused.body).as_object();
        EXPECT_EQ(said.at("code"), "configuration_invalid");
        const auto& all = said.at("problems").as_array();
        ASSERT_EQ(all.size(), 3U) << refused.body;
        EXPECT_THAT(std::string(all.at(0).at("file").as_string()), HasSubstr("parley.yaml"));
        EXPECT_EQ(all.at(0).at("line"), 2);
        EXPECT_EQ(all.at(1).at("setting"), "messages.max_bytes");
        EXPECT_EQ(all.at(1).at("column"), 23);
        EXPECT_EQ(settings.now(), before);
    }
    EXPECT_EQ(reloading.state().refused, 1U) << "a look is no try";
}

TEST_F(OperatorDesk, RefusesWithoutTheTokenAndSlowsGuessingFromThereAlone) {
    for (const std::string_view wrong :
         {"", "x", "canary-0123456789-0123456789-012345678", "canary-0123456789-0123456789-0123456788"}) {
        const auto refused = ask(request(wrong));
        EXPECT_EQ(refused.status, 401);
        EXPECT_EQ(code_of(refused), "operator_token_wrong");
    }
    EXPECT_EQ(ask(request("x")).status, 401);
    const auto slowed = ask(request(token));
    EXPECT_EQ(slowed.status, 429) << "the sixth try, right or wrong";
    EXPECT_EQ(code_of(slowed), "too_many_tries");
    EXPECT_EQ(ask(request("x", {}, "192.0.2.2")).status, 401) << "another address";
    EXPECT_TRUE(asked.empty());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(request(token, R"({"dry_run":true})", "192.0.2.3")).status, 200);
}

TEST_F(OperatorDesk, TakesNothingButAWellFormedPost) {
    auto get = request(token);
    get.method = "GET";
    EXPECT_EQ(ask(get).status, 405);
    EXPECT_EQ(ask(request(token, R"({"dry_run":"yes"})")).status, 400);
    EXPECT_EQ(ask(request(token, R"({"dry_run":true,"dry_run":false})")).status, 400);
    EXPECT_EQ(ask(request(token, "[]")).status, 400);
    auto form = request(token, "dry_run=true");
    form.headers[0].value = "application/x-www-form-urlencoded";
    EXPECT_EQ(ask(form).status, 415);
    get = request("");
    get.method = "GET";
    EXPECT_EQ(ask(get).status, 401) << "who is nobody learns nothing of methods";
    EXPECT_TRUE(asked.empty());
}

TEST_F(OperatorDesk, LeadsToTheTenantsWithTheTokenAlone) {
    auto one = request("x", R"({"enabled":false})");
    one.method = "PATCH";
    one.target = "/api/v1/operator/tenants/zoo";
    EXPECT_TRUE(desk.takes(one));
    EXPECT_EQ(code_of(ask(one)), "operator_token_wrong");
    EXPECT_THAT(tenants, ::testing::IsEmpty());
    one.headers.back().value = "Bearer " + std::string(token);
    const auto answered = ask(one);
    EXPECT_EQ(answered.status, 200);
    EXPECT_EQ(answered.headers.back().value, "no-store");
    EXPECT_THAT(tenants, ::testing::ElementsAre(R"(PATCH /api/v1/operator/tenants/zoo {"enabled":false})"));
    one.target = "/api/v1/operator/tenantsx";
    EXPECT_FALSE(desk.takes(one));
}

TEST_F(OperatorDesk, LogsWhoAndNeverTheToken) {
    ::testing::internal::CaptureStderr();
    const std::string wrong = "canary-wrong-0123456789-0123456789-0123";
    EXPECT_EQ(ask(request(wrong)).status, 401);
    EXPECT_EQ(ask(request(wrong)).status, 401);
    EXPECT_EQ(ask(request(token)).status, 200);
    here.write("tenants/demo.yaml", "hosts: [7]\n");
    EXPECT_EQ(ask(request(token)).status, 422);
    const auto said = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(
        said,
        AllOf(HasSubstr(R"("message":"an operator's request was refused","reason":"token_wrong","remote":"192.0.2.1")"),
              HasSubstr(R"("message":"configuration reloaded")"), HasSubstr(R"("by":"operator")"),
              HasSubstr("nothing has changed"), Not(HasSubstr("canary"))));
    const auto first = said.find("operator's request");
    EXPECT_EQ(said.find("operator's request", first + 1), std::string::npos) << "once a minute for each address";
}

}  // namespace
}  // namespace parley::server
