// The documents list exactly the operations, events and frames there are, and refer to nothing that is not there.
#include "transport/api_documents.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

#include "kernel/events.hpp"
#include "transport/api_parts.hpp"
#include "transport/api_schemas.hpp"
#include "transport/testing/kernel_catalogue.hpp"
#include "transport/testing/schema_check.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;
using testing::misfit;

using names = std::set<std::string>;

template <class All, class Name>
names names_of(const All& all, Name name) {
    names found;
    for (const auto& one : all) found.emplace(std::invoke(name, one));
    return found;
}

names keys(const json::value& object) {
    return names_of(object.as_object(), [](const auto& member) { return std::string(member.key()); });
}

/// Every "$ref" in the document.
void collect_references(const json::value& in, names& to) {
    if (const auto* all = in.if_array())
        for (const auto& one : *all) collect_references(one, to);
    if (const auto* object = in.if_object())
        for (const auto& [name, value] : *object) {
            if (name == "$ref") to.emplace(value.as_string());
            collect_references(value, to);
        }
}

void expect_whole(const json::value& document) {
    names references;
    collect_references(document, references);
    EXPECT_FALSE(references.empty());
    for (const auto& one : references) {
        // Only members of objects are referred to, by names without '/' and '~'.
        const json::value* at = &document;
        for (std::size_t begin = 2; at != nullptr && begin < one.size();) {
            const auto end = std::min(one.find('/', begin), one.size());
            at = at->is_object() ? at->as_object().if_contains(one.substr(begin, end - begin)) : nullptr;
            begin = end + 1;
        }
        EXPECT_NE(at, nullptr) << one;
    }
}

TEST(openapi, has_each_operation_once_and_nothing_else) {
    const auto document = json::parse(openapi_document(testing::kernel_catalogue()));
    names found;
    for (const auto& [path, methods] : document.at("paths").as_object())
        for (const auto& [method, item] : methods.as_object()) {
            std::string upper(method);
            std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
            found.emplace(upper + " " + std::string(path) + " " + std::string(item.at("operationId").as_string()));
        }
    EXPECT_EQ(found, names_of(testing::kernel_catalogue().all(), [](const operation& of) {
                  return std::string(of.method) + " " + std::string(of.path) + " " + std::string(of.name);
              }));
}

TEST(openapi, says_what_an_operation_takes_and_who_may) {
    const auto document = json::parse(openapi_document(testing::kernel_catalogue()));
    const auto& send = document.at("paths").at("/api/v1/conversations/{conversation}/messages").at("post");
    EXPECT_EQ(send.at("parameters").at(0).at("name"), "conversation");
    const auto& body = send.at("requestBody").at("content").at("application/json").at("schema").at("properties");
    EXPECT_TRUE(body.as_object().contains("text"));
    EXPECT_FALSE(body.as_object().contains("conversation"));
    EXPECT_EQ(send.at("responses").at("201").at("content").at("application/json").at("schema").at("$ref"),
              "#/components/schemas/Message");
    EXPECT_EQ(send.at("security").as_array().size(), 2U);
    EXPECT_TRUE(document.at("paths").at("/api/v1/server").at("get").at("security").as_array().empty());
}

TEST(asyncapi, has_each_command_event_and_frame_and_nothing_else) {
    const auto document = json::parse(asyncapi_document(testing::kernel_catalogue()));
    names expected;
    for (const auto& of : testing::kernel_catalogue().all())
        if (of.over == wires::both) expected.emplace(of.name);
    expected.insert({"authenticate", "ping", "resume", "snapshot"});
    auto received = expected;
    for (const auto& one : received) expected.insert(one + ".answer");
    expected.merge(names_of(kernel::events::all(), &kernel::events::event_info::type));
    expected.merge(names_of(frame_schemas(), &named_schema::name));
    EXPECT_EQ(keys(document.at("channels").at("socket").at("messages")), expected);
    received.insert({"events", "frames"});
    EXPECT_EQ(keys(document.at("operations")), received);
}

TEST(documents, refer_to_what_is_there) {
    expect_whole(json::parse(openapi_document(testing::kernel_catalogue())));
    expect_whole(json::parse(asyncapi_document(testing::kernel_catalogue())));
}

TEST(documents, know_each_event_by_its_schema) {
    const auto described = names_of(event_data_schemas(), &named_schema::name);
    EXPECT_EQ(described, names_of(kernel::events::all(), &kernel::events::event_info::type));
    EXPECT_EQ(described.size(), event_data_schemas().size());
}

TEST(documents, use_every_schema) {
    names references;
    collect_references(json::parse(openapi_document(testing::kernel_catalogue())), references);
    collect_references(json::parse(asyncapi_document(testing::kernel_catalogue())), references);
    for (const auto& one : api_schemas())
        EXPECT_TRUE(references.contains("#/components/schemas/" + std::string(one.name))) << one.name;
    EXPECT_EQ(names_of(api_schemas(), &named_schema::name).size(), api_schemas().size());
}

TEST(documents, give_examples_that_work) {
    int examples = 0;
    for (const auto& of : testing::kernel_catalogue().all()) {
        auto example = example_of(of.name);
        if (example.empty()) continue;
        ++examples;
        EXPECT_EQ(misfit(schema_of_fields(of, [](const field&) { return true; }), example), "") << of.name;
        std::vector<std::string> ignored;
        const auto checked = check_input(of, example, ignored);
        EXPECT_TRUE(checked.has_value()) << of.name << ": " << (checked ? "" : checked.error().message);
        EXPECT_TRUE(ignored.empty()) << of.name;
    }
    EXPECT_GT(examples, 10);
}

TEST(schemas, tell_a_misfit) {
    json::object user{{"id", "5"},
                      {"username", "ann"},
                      {"display_name", "Ann"},
                      {"status_text", ""},
                      {"status_expires_at", nullptr},
                      {"disabled", false}};
    EXPECT_EQ(misfit("User", user), "");
    auto with_more = user;
    with_more["password_hash"] = "x";
    EXPECT_NE(misfit("User", with_more), "");
    auto with_less = user;
    with_less.erase("username");
    EXPECT_NE(misfit("User", with_less), "");
    user["id"] = 5;
    EXPECT_NE(misfit("User", user), "");
}

}  // namespace
}  // namespace parley::transport
