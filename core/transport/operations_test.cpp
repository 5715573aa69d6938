// The table of operations itself: complete, without contradictions, and its names and routes unique.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "transport/api_parts.hpp"
#include "transport/api_schemas.hpp"
#include "transport/operation.hpp"
#include "transport/testing/kernel_catalogue.hpp"

namespace parley::transport {
namespace {

std::set<std::string> placeholders(std::string_view path) {
    std::set<std::string> all;
    for (auto begin = path.find('{'); begin != std::string_view::npos; begin = path.find('{')) {
        const auto end = path.find('}', begin);
        all.emplace(path.substr(begin + 1, end - begin - 1));
        path.remove_prefix(end);
    }
    return all;
}

TEST(operations, have_names_and_routes_of_their_own) {
    std::set<std::string_view> names;
    std::set<std::string> routes;
    for (const auto& of : testing::kernel_catalogue().all()) {
        EXPECT_TRUE(names.insert(of.name).second) << of.name;
        std::string shape;  // two routes that differ in a placeholder's name only are the same route
        bool inside = false;
        for (const char c : of.path) {
            inside = c == '{' || (inside && c != '}');
            if (!inside || c == '{') shape += c;
        }
        EXPECT_TRUE(routes.insert(std::string(of.method) + " " + shape).second) << of.method << " " << of.path;
        EXPECT_EQ(testing::kernel_catalogue().find(of.name), &of);
    }
    EXPECT_EQ(testing::kernel_catalogue().find("message.sned"), nullptr);
    EXPECT_EQ(testing::kernel_catalogue().find(""), nullptr);
}

TEST(operations, are_described) {
    const auto tags = all_tags(testing::kernel_catalogue());
    for (const auto& of : testing::kernel_catalogue().all()) {
        EXPECT_TRUE(of.sentence.ends_with('.')) << of.name;
        EXPECT_TRUE(of.path.starts_with("/api/v1/")) << of.name;
        EXPECT_TRUE((std::set<std::string_view>{"GET", "POST", "PUT", "PATCH", "DELETE"}.contains(of.method)))
            << of.name;
        EXPECT_TRUE(std::ranges::any_of(tags, [&](const auto& tag) { return tag.at("name").as_string() == of.group; }))
            << of.name;
        EXPECT_TRUE(of.run != nullptr) << of.name;
        EXPECT_TRUE(!sends_elsewhere(of.success) || of.over == wires::http_alone) << of.name;
        if (of.existing != 0) EXPECT_EQ(of.success, 201) << of.name;
        const auto known = api_schemas();
        EXPECT_TRUE(of.answers.empty() || std::ranges::find(known, of.answers, &named_schema::name) != known.end())
            << of.name;
        for (const int status : of.problems)
            EXPECT_TRUE((std::set{403, 409, 410}.contains(status)) || (status == 401 && of.over == wires::http_alone))
                << of.name << " " << status;
    }
}

TEST(operations, have_fields_that_can_be_carried) {
    for (const auto& of : testing::kernel_catalogue().all()) {
        std::set<std::string> in_path;
        std::set<std::string_view> names;
        for (const auto& one : of.fields) {
            const auto where = std::string(of.name) + "." + std::string(one.name);
            EXPECT_TRUE(names.insert(one.name).second) << where;
            EXPECT_TRUE(one.sentence.ends_with('.')) << where;
            if (one.in == place::path) {
                in_path.emplace(one.name);
                EXPECT_EQ(one.needed, field::presence::required) << where;
                // An id, or a name.
                EXPECT_TRUE(one.type == field_type::id || (one.type == field_type::text && one.most > 0)) << where;
            }
            if (one.in == place::query) EXPECT_NE(one.type, field_type::object) << where;
            if (one.in == place::body) EXPECT_TRUE(of.method != "GET" && of.method != "DELETE") << where;
            if (one.type == field_type::integer) EXPECT_LT(one.least, one.most) << where;
            if (one.type == field_type::ids) EXPECT_GT(one.most, 0) << where;
            EXPECT_EQ(one.type == field_type::choice, !one.choices.empty()) << where;
        }
        EXPECT_EQ(in_path, placeholders(of.path)) << of.name;
    }
}

}  // namespace
}  // namespace parley::transport
