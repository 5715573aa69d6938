// A plugin called shop that offers what the test says.
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <string>
#include <vector>

#include "model/permission_catalogue.hpp"
#include "transport/operation_catalogue.hpp"

namespace parley::transport::testing {

class shop {
public:
    using done = std::move_only_function<void(result<boost::json::object>)>;

    std::vector<std::string> heard;          ///< the inputs it was called with
    std::vector<kernel::caller> callers;     ///< and by whom
    std::vector<std::string> models;         ///< and where
    std::set<std::string, std::less<>> off;  ///< tenants where it is off
    std::function<void(boost::json::object, done)> answers = [](boost::json::object given, done then) {
        then(boost::json::object{{"got", std::move(given)}});
    };

    [[nodiscard]] kernel::offered_command offer(std::string name, std::string method, std::string path,
                                                std::string_view fields = "[]") {
        return {.plugin = "shop",
                .name = std::move(name),
                .permission = "messages.send",
                .method = std::move(method),
                .path = std::move(path),
                .sentence = "Buys something.",
                .input = {{"fields", boost::json::parse({fields.data(), fields.size()})}},
                .output = {{"type", "object"}, {"properties", {{"got", {{"type", "object"}}}}}},
                .is_on = [this](std::string_view tenant) { return !off.contains(tenant); },
                .run =
                    [this](kernel::caller by, std::string model, boost::json::object given, done then) {
                        models.push_back(std::move(model));
                        heard.push_back(boost::json::serialize(given));
                        callers.push_back(std::move(by));
                        answers(std::move(given), std::move(then));
                    }};
    }
    [[nodiscard]] kernel::offered_command buy() {
        return offer("shop.buy", "PUT", "/api/v1/shop/{thing}/orders/{word}",
                     R"([{"name": "thing", "type": "id"}, {"name": "word", "type": "text", "most": 20},
                         {"name": "number", "type": "integer", "least": 1, "most": 9, "required": true}])");
    }
    [[nodiscard]] kernel::offered_command look() {
        return offer("shop.look", "GET", "/api/v1/shop", R"([{"name": "page", "type": "integer"}])");
    }

    /// The kernel's permissions.
    [[nodiscard]] static operation_catalogue::permission_lookup permissions() {
        return [](std::string_view name) {
            static const permission_catalogue kernels;
            return kernels.find(name);
        };
    }
};

}  // namespace parley::transport::testing
