// Into the log and out of it, for plugins.
#include "kernel/plugin_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>

#include "kernel/follow_log.hpp"
#include "kernel/message_draft.hpp"
#include "kernel/page_bytes.hpp"
#include "kernel/present.hpp"

namespace parley::kernel {
namespace json = boost::json;
namespace {

constexpr std::size_t events_at_once = 20;

result<void> check_audience(const said_event_type& type, const said_event& said) {
    if (!type.heard_with.empty()) {
        if (!said.conversation && !said.user && !said.about) return {};
        return invalid("event_audience", "An event of this type is for those who have its permission.", "conversation");
    }
    if (static_cast<bool>(said.conversation) == static_cast<bool>(said.user))
        return invalid("event_audience", "An event is for a conversation or for one user.", "conversation");
    return {};
}

result<const said_event_type*> check_shape(std::span<const said_event_type> declared, const said_event& said) {
    const auto type = std::ranges::find_if(
        declared, [&](const said_event_type& one) { return one.plugin == said.plugin && one.type == said.type; });
    const bool known = type != declared.end();
    if (!known) return invalid("event_undeclared", "The plugin does not declare events of this type.", "type");
    if (auto fits = check_audience(*type, said); !fits) return std::unexpected(fits.error());
    if (said.about && !said.conversation)
        return invalid("event_audience", "An event about a message is for its conversation.", "about");
    // With these the kernel tells what stays of a message that is gone.
    for (const auto own : {"facts", "heard_with"})
        if (said.data.contains(own))
            return invalid("data_reserved", fmt::format("\"{}\" is the kernel's own.", own), "data");
    if (json::serialize(said.data).size() > max_data_bytes)
        return failure(fault::too_large, "data_too_large", "The data of an event is at most 16 KiB.", "data");
    return &*type;
}

/// Those whom it is for, and what it is about, are still there.
result<void> check_place(reading& from, const said_event& said) {
    if (said.user) {
        if (!from.find_user(said.user)) return no_such("user");
        return {};
    }
    if (!said.conversation) return {};
    if (!from.find_conversation(rows(), said.conversation)) return no_such("conversation");
    if (!said.about) return {};
    const auto what = from.find_message(rows(), said.about);
    const bool is_there =
        what && what->conversation == said.conversation && what->state == message_state::published && !what->deleted_at;
    if (!is_there) return no_such("message");
    return {};
}

json::object as_plugins_read(const event& one) {
    auto shown = present(one, viewer{.id = {}, .sees_authors = true});
    json::object out{{"type", one.type},
                     {"position", one.at},
                     {"created_at", rfc3339(one.created_at)},
                     {"conversation", shown.at("conversation")}};
    if (one.heard_by == audience::user) out["user"] = one.user.text();
    out["data"] = std::move(shown.at("data"));
    return out;
}

const std::string& model_of(reading& from, conversation_id in, std::map<conversation_id, std::string>& known) {
    const auto [at, is_new] = known.try_emplace(in);
    if (!is_new || !in) return at->second;
    if (const auto found = from.find_conversation(rows(), in)) at->second = found->model;
    return at->second;
}

}  // namespace

bool is_over(const event& what) {
    if (!what.about || what.data.contains("facts")) return false;
    return what.view.body == nullptr || what.view.body->deleted_at.has_value();
}

result<void> say_event(const environment& env, writing& w, std::span<const said_event_type> declared,
                       const said_event& said) {
    const auto type = check_shape(declared, said);
    if (!type) return std::unexpected(type.error());
    if (auto found = check_place(w, said); !found) return found;
    const auto& with = (*type)->heard_with;
    auto data = said.data;
    if (!with.empty()) data["heard_with"] = with;
    w.append({.type = said.type,
              .heard_by = !with.empty() ? audience::entitled
                          : said.user   ? audience::user
                                        : audience::members,
              .conversation = said.conversation,
              .user = said.user,
              .about = said.about,
              .data = std::move(data),
              .created_at = env.time.now(),
              .view = {},
              .hearers = {}});
    return {};
}

result<plugin_log> log_for_plugins(const environment&, reading& from, position since, int limit) {
    const auto end = from.log_end();
    if (since < from.log_begin() || since > end)
        return failure(fault::gone, "snapshot_needed", "The log does not reach back to this position.", "since");
    auto all = from.events_after(since, limit);
    std::map<conversation_id, std::string> known;
    plugin_log page{.events = {}, .models = {}, .upto = all.empty() ? end : since, .log_end = end};
    std::size_t bytes = 0;
    for (std::size_t done = 0; done < all.size() && bytes < page_bytes; done += events_at_once) {
        const auto some = std::span(all).subspan(done, std::min(events_at_once, all.size() - done));
        fill_views(from, some);
        for (const auto& one : some) {
            page.upto = one.at;
            if (one.view.body != nullptr) bytes += bytes_of(*one.view.body);
            if (is_over(one)) continue;
            page.events.push_back(as_plugins_read(one));
            page.models.push_back(model_of(from, one.conversation, known));
        }
    }
    return page;
}

}  // namespace parley::kernel
