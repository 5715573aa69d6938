// The shapes Self, Limits and Presence of the API documents.
#include "transport/self.hpp"

#include "kernel/message_draft.hpp"
#include "kernel/present.hpp"
#include "kernel/read_messages.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

void add_message_limits(json::object& to, const message_settings& of) {
    to["max_graphemes"] = of.max_graphemes;
    to["max_bytes"] = of.max_bytes;
    to["edit_window_seconds"] = of.edit_window_seconds;
}

json::object models_of(const tenant_settings& tenant) {
    json::object models;
    for (const auto& [name, model] : tenant.models) {
        json::object shown{{"display_name", model.display_name.empty() ? name : model.display_name},
                           {"description", model.description}};
        add_message_limits(shown, model.messages);
        models[name] = std::move(shown);
    }
    return models;
}

}  // namespace

json::object present_self(const kernel::actor& who) {
    auto self = kernel::present(who.account());
    json::array granted;
    for (const auto name : who.everywhere().names()) granted.emplace_back(name);
    self["role"] = who.account().role;
    self["permissions"] = std::move(granted);
    return self;
}

json::object present_limits(const tenant_settings& tenant) {
    const auto& rooms = tenant.conversations;
    json::object limits{{"data_bytes", kernel::max_data_bytes},
                        {"page_entries", kernel::max_page},
                        {"max_members", rooms.max_members},
                        {"name_graphemes", rooms.name_graphemes},
                        {"topic_graphemes", rooms.topic_graphemes},
                        {"description_graphemes", rooms.description_graphemes},
                        {"typing_seconds", tenant.presence.typing_seconds},
                        {"models", models_of(tenant)}};
    add_message_limits(limits, tenant.messages);
    return limits;
}

json::object present(const live::seen_presence& one) {
    return {{"user", one.user.text()},
            {"presence", kernel::name_of(one.state.shown)},
            {"last_active", kernel::present(one.state.last_active)}};
}

json::array present(std::span<const live::seen_presence> all) {
    json::array shown;
    for (const auto& one : all) shown.emplace_back(present(one));
    return shown;
}

}  // namespace parley::transport
