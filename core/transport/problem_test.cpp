// The shape of problem documents, and that nothing breaks out of them.
#include "transport/problem.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

namespace parley::transport {
namespace {

TEST(problem, has_the_members_of_the_rfc_and_ours) {
    const auto made = problem({fault::invalid, "text_too_long", "The text is too long.", "text"}, "r1");
    EXPECT_EQ(made.status, 400);
    EXPECT_EQ(made.content_type, "application/problem+json");
    const auto document = boost::json::parse(made.body).as_object();
    EXPECT_EQ(document.at("type"), "urn:parley:problem:text_too_long");
    EXPECT_EQ(document.at("title"), "Bad Request");
    EXPECT_EQ(document.at("status"), 400);
    EXPECT_EQ(document.at("code"), "text_too_long");
    EXPECT_EQ(document.at("detail"), "The text is too long.");
    EXPECT_EQ(document.at("field"), "text");
    EXPECT_EQ(document.at("request_id"), "r1");
}

TEST(problem, leaves_out_a_field_that_there_is_not) {
    EXPECT_FALSE(boost::json::parse(problem_json({fault::gone, "c", "m", ""}, "r")).as_object().contains("field"));
}

TEST(problem, escapes_what_it_quotes) {
    const std::string nasty = "\"},{\n\\\x01";
    const auto document = boost::json::parse(problem_json({fault::internal, "c", nasty, nasty}, "r")).as_object();
    EXPECT_EQ(std::string_view{document.at("detail").as_string()}, nasty);
}

TEST(problem, says_when_to_come_back_to_what_is_away) {
    const auto pause = [](const error& why) {
        const auto made = problem(why, "r");
        const auto document = boost::json::parse(made.body).as_object();
        const auto* told = document.if_contains("retry_after");
        const std::string header = made.headers.empty() ? "" : made.headers.front().value;
        EXPECT_EQ(header, told == nullptr ? "" : std::to_string(told->to_number<int>()));
        return header;
    };
    error away{fault::unavailable, "c", "m", ""};
    EXPECT_EQ(pause(away), "2") << "also where nobody knows";
    away.retry_after = std::chrono::seconds{7};
    EXPECT_EQ(pause(away), "7");
    EXPECT_EQ(pause({fault::conflict, "c", "m", ""}), "");
}

TEST(problem, gives_each_class_a_status) {
    EXPECT_EQ(status_of(fault::unauthenticated), 401);
    EXPECT_EQ(status_of(fault::forbidden), 403);
    EXPECT_EQ(status_of(fault::not_found), 404);
    EXPECT_EQ(status_of(fault::conflict), 409);
    EXPECT_EQ(status_of(fault::gone), 410);
    EXPECT_EQ(status_of(fault::too_large), 413);
    EXPECT_EQ(status_of(fault::too_many), 429);
    EXPECT_EQ(status_of(fault::unavailable), 503);
    EXPECT_EQ(status_of(fault::internal), 500);
    EXPECT_EQ(problem(405, {fault::invalid, "c", "m", ""}, "r").status, 405);
}

}  // namespace
}  // namespace parley::transport
