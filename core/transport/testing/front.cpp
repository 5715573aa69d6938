// One call from input to checked answer.
#include "transport/testing/front.hpp"

#include "base/secret.hpp"
#include "kernel/accounts.hpp"
#include "transport/api_parts.hpp"
#include "transport/run_operation.hpp"
#include "transport/testing/kernel_catalogue.hpp"
#include "transport/testing/schema_check.hpp"

namespace parley::transport::testing {
namespace json = boost::json;

void noted_live::presence_of(tenant_id, std::vector<user_id> users,
                             std::move_only_function<void(std::vector<seen_presence>)> answer) {
    std::vector<seen_presence> seen;
    for (const auto one : users) seen.push_back({one, {.shown = kernel::presence::online, .last_active = moment{}}});
    answer(std::move(seen));
}

json::object front::call(std::string_view name, user_id by, json::object given) {
    const auto* of = catalogue.find(name);
    if (of == nullptr) throw std::invalid_argument("There is no such operation: " + std::string(name));
    std::vector<std::string> ignored;
    auto checked = check_input(*of, std::move(given), ignored);
    EXPECT_TRUE(ignored.empty()) << name;
    if (!checked) return {{"problem", checked.error().code}};
    int replies = 0;
    json::object said;
    auto caller = like;
    caller.tenant = house.tenant;
    caller.tenant_name = "inn";
    caller.user = by;
    caller.session = session;
    run_operation(*of, {.with = with_,
                        .by = std::move(caller),
                        .session = session,
                        .in = std::move(*checked),
                        .reply =
                            [&](result<answer> made) {
                                ++replies;
                                if (!made) {
                                    said["problem"] = made.error().code;
                                    return;
                                }
                                said["status"] = made->status;
                                said["body"] = made->take_body();
                                headers = std::move(made->headers);
                            },
                        .request = request});
    EXPECT_EQ(replies, 1) << name;
    if (const auto* body = said.if_contains("body")) {
        if (kernel_catalogue().find(name) != nullptr) EXPECT_EQ(misfit(answer_of(*of), *body), "") << name;
        const auto status = said.at("status").as_int64();
        EXPECT_TRUE(status == of->success || status == of->existing) << name << " " << status;
    }
    return said;
}

json::object front::ask(std::string_view name, user_id by, json::object given, int status) {
    auto said = call(name, by, std::move(given));
    EXPECT_EQ(said["status"], status) << name << ": " << said;
    if (!said.contains("body")) throw std::runtime_error(std::string(name) + " was not answered");
    return std::move(said.at("body").as_object());
}

std::string front::code(std::string_view name, user_id by, json::object given) {
    const auto said = call(name, by, std::move(given));
    return said.contains("problem") ? std::string(said.at("problem").as_string()) : "ok";
}

user_id front::add_user_with_password(std::string username, std::string_view password) {
    const auto hash = hash_password(password).value();
    return house
        .write([&](kernel::writing& w) {
            return kernel::create_user(house.env, w, house.system(),
                                       {.username = std::move(username), .display_name = {}, .password_hash = hash});
        })
        .value()
        .id;
}

std::string text_of(const json::object& body, std::string_view name) { return std::string(body.at(name).as_string()); }

}  // namespace parley::transport::testing
