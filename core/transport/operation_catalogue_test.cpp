// What plugins may offer, and what is refused before the server opens.
#include "transport/operation_catalogue.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "kernel/testing/house.hpp"
#include "transport/api_documents.hpp"
#include "transport/tenant_documents.hpp"
#include "transport/testing/shop.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;
using kernel::testing::code_of;

class catalogue : public ::testing::Test {
protected:
    testing::shop shop;
    operation_catalogue all;

    std::string add(kernel::offered_command of) {
        const auto plugin = of.plugin;
        const auto name = of.name;
        const auto done = all.add(std::move(of), testing::shop::permissions());
        if (!done) {
            EXPECT_NE(done.error().message.find(plugin), std::string::npos);
            EXPECT_NE(done.error().message.find(name), std::string::npos);
        }
        return code_of(done);
    }
};

TEST_F(catalogue, has_the_kernels_operations_and_what_plugins_offer) {
    const auto kernels = all.all().size();
    ASSERT_EQ(add(shop.buy()), "ok");
    EXPECT_EQ(all.all().size(), kernels + 1);
    const auto* buy = all.find("shop.buy");
    ASSERT_NE(buy, nullptr);
    EXPECT_EQ(buy->group, "shop");
    EXPECT_EQ(buy->access, access_level::signed_in);
    EXPECT_EQ(class_of(*buy), route_class::write);
    ASSERT_EQ(add(shop.look()), "ok");
    EXPECT_EQ(class_of(*all.find("shop.look")), route_class::read);
    EXPECT_EQ(find_field(*all.find("shop.look"), "page")->in, place::query);
    EXPECT_EQ(find_field(*buy, "number")->in, place::body);
    const auto found = all.route("PUT", "/api/v1/shop/7/orders/gr%C3%BCn");
    ASSERT_TRUE(found && found->found != nullptr);
    EXPECT_EQ(found->found, buy);
    EXPECT_EQ(found->carried.at("thing"), "7");
    EXPECT_EQ(found->carried.at("word"), "gr\u00fcn");
    for (const auto* path : {"/api/v1/shop/x/orders/a", "/api/v1/shop/7/orders/a%2fb", "/api/v1/shop/7/orders/%ff",
                             "/api/v1/shop/7/orders/", "/api/v1/shop/7/orders/aaaaaaaaaaaaaaaaaaaaa"})
        EXPECT_FALSE(all.route("PUT", path)) << path;
}

TEST_F(catalogue, refuses_what_shadows_the_kernel_or_another_plugin) {
    ASSERT_EQ(add(shop.buy()), "ok");
    EXPECT_EQ(add(shop.offer("message.send", "GET", "/api/v1/shop/x")), "command_taken");
    EXPECT_EQ(add(shop.offer("shop.buy", "GET", "/api/v1/shop/x")), "command_taken");
    constexpr auto message = R"([{"name": "message", "type": "id"}])";
    EXPECT_EQ(add(shop.offer("shop.take", "PUT", "/api/v1/messages/{message}", message)), "path_taken") << "any method";
    EXPECT_EQ(add(shop.offer("shop.take", "GET", "/api/v1/users/me")), "path_taken");
    EXPECT_EQ(add(shop.offer("shop.take", "GET", "/api/v1/users/you")), "path_taken") << "that is a user's id";
    EXPECT_EQ(add(shop.offer("shop.take", "GET", "/api/v1/{any}/me", R"([{"name": "any", "type": "text"}])")),
              "path_taken");
    EXPECT_EQ(add(shop.offer("shop.take", "GET", "/api/v1/messages/{message}/{rest}",
                             R"([{"name": "message", "type": "id"}, {"name": "rest", "type": "text"}])")),
              "path_taken");
    EXPECT_EQ(add(shop.offer("shop.take", "GET", "/api/v1/socket")), "command_path_invalid");
    auto elses =
        shop.offer("stall.look", "GET", "/api/v1/shop/five/orders/{word}", R"([{"name": "word", "type": "text"}])");
    elses.plugin = "stall";
    EXPECT_EQ(add(elses), "path_taken");
    auto same = shop.buy();
    same.name = "shop.sell";
    EXPECT_EQ(add(same), "path_taken");
    same.method = "POST";
    EXPECT_EQ(add(same), "ok") << "another method of its own path";
    auto pretender = shop.offer("users.all", "GET", "/api/v1/shop/x");
    pretender.plugin = "users";
    EXPECT_EQ(add(pretender), "command_name_invalid") << "a group of the kernel's";
}

TEST_F(catalogue, refuses_what_is_malformed_or_open_to_everybody) {
    auto free = shop.look();
    free.permission = "";
    EXPECT_EQ(add(free), "permission_unknown");
    free.permission = "shop.unheard_of";
    EXPECT_EQ(add(free), "permission_unknown");
    for (const auto* name : {"", "buy", "Shop.buy", "shop.", ".buy", "shop..buy", "shop.buy.answer", "shop buy.x"})
        EXPECT_EQ(add(shop.offer(name, "GET", "/api/v1/shop")), "command_name_invalid") << name;
    for (const auto* path : {"", "/", "/shop", "/api/v1", "/api/v1/", "/api/v1/shop/", "/api/v1//shop", "/api/v1/../x",
                             "/api/v1/Shop", "/api/v1/shop?x", "/api/v1/{", "/api/v1/{}", "/api/v1/%73hop"})
        EXPECT_EQ(add(shop.offer("shop.buy", "GET", path)), "command_path_invalid") << path;
    for (const auto* method : {"", "get", "TRACE"})
        EXPECT_EQ(add(shop.offer("shop.buy", method, "/api/v1/shop")), "command_path_invalid") << method;
    for (const auto* fields :
         {"{}", "[5]", R"([{"name": "x"}])", R"([{"name": "X", "type": "text"}])",
          R"([{"name": "x", "type": "colour"}])", R"([{"name": "x", "type": "text"}, {"name": "x", "type": "id"}])",
          R"([{"name": "x", "type": "object"}])", R"([{"name": "x", "type": "text", "in": "body"}])",
          R"([{"name": "x", "type": "text", "in": "path"}])",
          R"([{"name": "x", "type": "integer", "least": 5, "most": 5}])"})
        EXPECT_EQ(add(shop.offer("shop.buy", "GET", "/api/v1/shop", fields)), "command_field_invalid") << fields;
    EXPECT_EQ(add(shop.offer("shop.buy", "GET", "/api/v1/shop/{thing}")), "command_field_invalid");
    EXPECT_EQ(all.find("shop.buy"), nullptr);
}

TEST_F(catalogue, knows_plugins_events_apart_from_all_others) {
    const auto say = [this](std::string type) {
        return code_of(all.add({.plugin = "shop", .type = std::move(type), .sentence = "Sold.", .schema = {}}));
    };
    EXPECT_EQ(say("shop.sold"), "ok");
    EXPECT_EQ(say("shop.sold"), "event_taken");
    EXPECT_EQ(say("message.created"), "event_taken");
    EXPECT_EQ(say("message.send"), "event_taken");
    EXPECT_EQ(say("sold"), "event_type_invalid");
    EXPECT_EQ(add(shop.offer("shop.sold", "GET", "/api/v1/shop")), "command_taken");
}

TEST_F(catalogue, is_what_the_documents_tell) {
    ASSERT_EQ(add(shop.buy()), "ok");
    ASSERT_TRUE(all.add({.plugin = "shop",
                         .type = "shop.sold",
                         .sentence = "Something was sold.",
                         .schema = {{"type", "object"}, {"properties", {{"thing", {{"type", "string"}}}}}}}));
    const auto http = json::parse(openapi_document(all, {"shop"}));
    const auto& item = http.at("paths").at("/api/v1/shop/{thing}/orders/{word}").at("put");
    EXPECT_EQ(item.at("operationId"), "shop.buy");
    EXPECT_EQ(item.at("tags").at(0), "shop");
    EXPECT_TRUE(
        http.at("components").at("schemas").at("Offered.shop.buy").at("properties").as_object().contains("got"));
    bool is_tag = false;
    for (const auto& one : http.at("tags").as_array()) is_tag = is_tag || one.at("name") == "shop";
    EXPECT_TRUE(is_tag);
    const auto socket = json::parse(asyncapi_document(all, {"shop"}));
    EXPECT_TRUE(socket.at("operations").as_object().contains("shop.buy"));
    EXPECT_EQ(socket.at("channels").at("socket").at("messages").at("shop.sold").at("summary"), "Something was sold.");
    EXPECT_TRUE(socket.at("components").at("schemas").as_object().contains("Event.shop.sold"));
}

TEST_F(catalogue, keeps_secrets_of_paths_out_of_logs) {
    auto gift = shop.offer("shop.gift", "GET", "/shop/gifts/{code}/page",
                           R"([{"name": "code", "type": "text", "secret": true}])");
    gift.carries = kernel::carried::sends;
    ASSERT_EQ(add(gift), "ok");
    EXPECT_EQ(all.without_secrets("/shop/gifts/a1b2/page"), "/shop/gifts/***/page");
    EXPECT_EQ(all.without_secrets("/shop/gifts/a1b2"), "/shop/gifts/***");
    EXPECT_EQ(all.without_secrets("//x/shop/gifts/a1b2//y/shop/gifts/c3"), "//x/shop/gifts/***//y/shop/gifts/***");
    EXPECT_EQ(all.without_secrets("/shop/gifts"), "/shop/gifts");
    EXPECT_EQ(all.without_secrets("/api/v1/shop/5"), "/api/v1/shop/5");
    auto late = shop.offer("shop.late", "GET", "/shop/late/{code}/{word}",
                           R"([{"name": "code", "type": "text"}, {"name": "word", "type": "text", "secret": true}])");
    late.carries = kernel::carried::sends;
    EXPECT_EQ(add(late), "command_field_invalid") << "not the first of the path";
}

TEST_F(catalogue, is_told_to_each_tenant_without_what_others_have) {
    ASSERT_EQ(add(shop.buy()), "ok");
    auto elsewhere = shop.offer("stall.buy", "GET", "/api/v1/stall");
    elsewhere.plugin = "stall";
    elsewhere.is_on = [](std::string_view tenant) { return tenant == "market"; };
    ASSERT_EQ(add(std::move(elsewhere)), "ok");
    ASSERT_TRUE(all.add({.plugin = "crier",
                         .type = "crier.cried",
                         .sentence = "Hear, hear.",
                         .schema = {},
                         .is_on = [](std::string_view tenant) { return tenant == "square"; }}));
    tenant_documents documents(all);
    const auto of = [&](std::string_view tenant) {
        const auto texts = documents.of(tenant);
        const auto both = texts->openapi + texts->asyncapi;
        std::string on;
        for (const auto* plugin : {"shop.buy", "stall.buy", "crier.cried"}) on += both.contains(plugin) ? '1' : '0';
        EXPECT_EQ(both.contains("What the plugin stall offers."), on[1] == '1') << tenant;
        return on;
    };
    EXPECT_EQ(of(""), "100");
    EXPECT_EQ(of("market"), "110");
    EXPECT_EQ(of("square"), "101");
    EXPECT_EQ(documents.of(""), documents.of("nobody")) << "made once for each set of plugins";
    EXPECT_NE(documents.of(""), documents.of("market"));
}

}  // namespace
}  // namespace parley::transport
