// The rules for what a message may contain.
#include "kernel/message_draft.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <unordered_map>

#include "base/text.hpp"
#include "kernel/settings_of.hpp"
#include "model/rich_text.hpp"

namespace parley::kernel {
namespace {

bool is_type_name(std::string_view type) {
    if (type.empty() || type.size() > 64 || type.front() < 'a' || type.front() > 'z') return false;
    return std::ranges::all_of(
        type, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; });
}

// Centred, without a sender: what these say must come from the system, not from whoever asks.
bool is_reserved(std::string_view type) { return type == "system" || type == "notice"; }

}  // namespace

result<void> check_content(const environment& env, const caller& by, const conversation& in, std::string_view type,
                           const std::string& text, const boost::json::object& data) {
    if (!is_type_name(type))
        return invalid("type_invalid", "A type is lower-case letters, digits, dots and underscores, at most 64.",
                       "type");
    if (is_reserved(type) && by.user)
        return invalid("type_reserved", "Messages of this type are made by the server only.", "type");
    const auto limits = message_settings_of(env, by, in);
    auto fits =
        check_text(text, {.max_graphemes = limits.max_graphemes, .max_bytes = limits.max_bytes, .field = "text"});
    if (!fits) return fits;
    if (type == "text" && trim(text).empty())
        return invalid("text_empty", "A message of type text needs a text.", "text");
    if (!data.empty() && boost::json::serialize(data).size() > max_data_bytes)
        return failure(fault::too_large, "data_too_large", "The data beside a message is at most 16 KiB.", "data");
    return {};
}

std::vector<user_id> mentioned_members(reading& from, conversation_id in, std::string_view text) {
    if (text.find('@') == std::string_view::npos) return {};
    const auto names = mentioned_usernames(text);
    if (names.empty()) return {};
    std::vector<user_id> found;
    for (const auto& one : from.users(names))
        if (from.find_member(rows(), in, one.id)) found.push_back(one.id);
    std::ranges::sort(found);
    return found;
}

std::vector<hold> fit_to_show(std::vector<hold> holds) {
    for (auto& one : holds) {
        const bool shown = check_text(one.reason, reason_limits) && !trim(one.reason).empty();
        if (!shown) one.reason = "It waits for a verdict.";
    }
    return holds;
}

message_view view_of(reading& from, message what) {
    message_view view;
    if (what.reply_to)
        if (auto original = from.find_message(rows(), what.reply_to))
            view.replied = std::make_shared<const message>(std::move(*original));
    view.body = std::make_shared<const message>(std::move(what));
    return view;
}

std::vector<message_view> views_of(reading& from, std::vector<message> page) {
    std::vector<message_id> wanted;
    for (const auto& one : page)
        if (one.reply_to) wanted.push_back(one.reply_to);
    std::unordered_map<message_id, std::shared_ptr<const message>> originals;
    if (!wanted.empty())
        for (auto& one : from.messages(rows(), wanted)) {
            const auto id = one.id;
            originals.emplace(id, std::make_shared<const message>(std::move(one)));
        }
    std::vector<message_view> views;
    views.reserve(page.size());
    for (auto& one : page) {
        message_view view;
        if (const auto found = originals.find(one.reply_to); found != originals.end()) view.replied = found->second;
        view.body = std::make_shared<const message>(std::move(one));
        views.push_back(std::move(view));
    }
    return views;
}

std::optional<message> recount_thread(writing& w, message_id root) {
    auto row = w.find_message(rows(), root);
    if (!row) return std::nullopt;
    row->thread = w.summarise_thread(rows(), root);
    w.update(rows(), *row);
    return row;
}

}  // namespace parley::kernel
