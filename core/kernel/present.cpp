// The wire's shapes, as the API documents describe them.
#include "kernel/present.hpp"

#include <boost/json/array.hpp>

#include "model/rich_text.hpp"

namespace parley::kernel {
namespace json = boost::json;
namespace {

constexpr std::size_t excerpt_bytes = 200;

/// The start of a text, cut between code points.
std::string excerpt(std::string_view text) {
    if (text.size() <= excerpt_bytes) return std::string(text);
    auto end = excerpt_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "…";
}

json::value id_or_null(std::int64_t value) {
    if (value == 0) return nullptr;
    return json::value(std::to_string(value));
}

json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::value(text);
}

/// What is left of a message that is gone for good, as this reader may know it.
json::object known_facts(const event& what, viewer reader) {
    auto known = what.data.at("facts").as_object();
    if (!knows_author(what, reader)) known.erase("author");
    return known;
}

}  // namespace

viewer viewer_of(const actor& who, const seen_conversation& in) { return {who.id(), in.may(permission::authors_see)}; }

json::value present(const std::optional<moment>& at) {
    if (!at) return nullptr;
    return json::value(rfc3339(*at));
}

json::array ids(const std::vector<user_id>& all) {
    json::array out;
    for (const auto one : all) out.emplace_back(one.text());
    return out;
}

json::object present(const shown_identity& who) {
    if (who.from == shown_identity::source::account) return {{"source", "user"}, {"id", std::to_string(who.id)}};
    return {{"source", "persona"}, {"id", std::to_string(who.id)}, {"name", who.name}, {"avatar", who.avatar}};
}

json::object present(const thread_summary& thread) {
    json::array participants;
    for (const auto& one : thread.participants) participants.push_back(present(one));
    return {{"replies", thread.replies},
            {"last_reply_at", present(thread.last_reply_at)},
            {"participants", std::move(participants)}};
}

json::object present(const user& who) {
    return {{"id", who.id.text()},
            {"username", who.username},
            {"display_name", who.display_name},
            {"status_text", who.status_text},
            {"status_expires_at", present(who.status_expires_at)},
            {"disabled", who.disabled_at.has_value()}};
}

json::object present(const conversation& row, const conversation_kind* kind) {
    json::object out{{"id", row.id.text()},
                     {"kind", row.kind},
                     {"model", row.model.empty() ? json::value(nullptr) : json::value(row.model)},
                     {"team", row.team.empty() ? json::value(nullptr) : json::value(row.team)},
                     {"name", row.name},
                     {"description", row.description},
                     {"topic", row.topic},
                     {"visibility", name_of(row.who_finds)},
                     {"creator", id_or_null(row.creator.value)},
                     {"last_seq", row.last_sequence},
                     {"member_count", row.member_count},
                     {"created_at", rfc3339(row.created_at)},
                     {"updated_at", rfc3339(row.updated_at)},
                     {"last_message_at", present(row.last_message_at)},
                     {"archived_at", present(row.archived_at)},
                     {"view_hints", kind == nullptr ? json::object{} : kind->view_hints}};
    json::array with;
    if (const auto dash = row.direct_key.find('-'); dash != std::string::npos) {
        with.emplace_back(row.direct_key.substr(0, dash));
        with.emplace_back(row.direct_key.substr(dash + 1));
    }
    out["with"] = std::move(with);
    return out;
}

json::object present(const member& as, unread_counts counts) {
    return {{"role", name_of(as.role)},     {"joined_at", rfc3339(as.joined_at)},           {"last_read", as.last_read},
            {"notify", name_of(as.notify)}, {"pinned_at", present(as.pinned_at)},           {"unread", counts.messages},
            {"mentions", counts.mentions},  {"granted_role", text_or_null(as.granted_role)}};
}

json::object present(const member_entry& entry) {
    return {{"user", present(entry.who)},
            {"role", name_of(entry.as.role)},
            {"granted_role", text_or_null(entry.as.granted_role)},
            {"joined_at", rfc3339(entry.as.joined_at)}};
}

json::object present(const ban_entry& entry) {
    const auto& what = entry.what;
    return {{"user", present(entry.who)},
            {"by", what.by ? json::value(what.by.text()) : json::value(nullptr)},
            {"reason", what.reason},
            {"created_at", rfc3339(what.created_at)},
            {"until", present(what.until)}};
}

std::string_view name_of(message_state state) {
    switch (state) {
        case message_state::published:
            return "published";
        case message_state::held:
            return "held";
        case message_state::rejected:
            return "rejected";
    }
    return "published";
}

bool knows_author(const message& what, viewer reader) {
    return what.shown.from == shown_identity::source::account || reader.sees_authors || what.author == reader.id;
}

json::array present(const std::vector<hold>& holds) {
    json::array all;
    for (const auto& one : holds) all.push_back(json::object{{"holder", one.holder}, {"reason", one.reason}});
    return all;
}

json::object present_replied(const message& original) {
    return {{"id", original.id.text()},
            {"seq", original.seq},
            {"from", present(original.shown)},
            {"text", excerpt(original.text)},
            {"deleted", original.deleted_at.has_value()}};
}

json::object present(const message_view& view, viewer reader) {
    const auto& what = *view.body;
    json::object out{{"id", what.id.text()},
                     {"conversation", what.conversation.text()},
                     {"seq", what.seq == 0 ? json::value(nullptr) : json::value(what.seq)},
                     {"from", present(what.shown)},
                     {"type", what.type},
                     {"text", what.text},
                     {"content", to_json(parse_rich_text(what.text))},
                     {"data", what.data},
                     {"reply_to", nullptr},
                     {"thread_root", id_or_null(what.thread_root.value)},
                     {"thread", present(what.thread)},
                     {"state", name_of(what.state)},
                     {"mentions", ids(what.mentions)},
                     {"created_at", rfc3339(what.created_at)},
                     {"edited_at", present(what.edited_at)},
                     {"deleted_at", present(what.deleted_at)}};
    if (view.replied != nullptr) out["reply_to"] = present_replied(*view.replied);
    if (what.state != message_state::published) out["state_reason"] = what.state_reason;
    if (what.state == message_state::held) out["held_by"] = present(what.holds);
    if (knows_author(what, reader)) {
        out["author"] = what.author.text();
        if (!what.client_key.empty()) out["client_key"] = what.client_key;
    }
    return out;
}

json::object present(const revision& before) {
    return {{"number", before.number},
            {"text", before.text},
            {"content", to_json(parse_rich_text(before.text))},
            {"data", before.data},
            {"replaced_at", rfc3339(before.replaced_at)}};
}

std::string_view name_of(token_kind kind) {
    switch (kind) {
        case token_kind::password:
            return "password";
        case token_kind::personal:
            return "personal";
        case token_kind::service:
            return "service";
        case token_kind::guest:
            return "guest";
        case token_kind::vouched:
            return "vouched";
        case token_kind::provider:
            return "provider";
    }
    return {};
}

json::object present(const access_token& token) {
    json::value permissions;
    if (token.scope) permissions = json::string(*token.scope);
    return {{"id", token.id.text()},
            {"kind", name_of(token.kind)},
            {"name", token.name},
            {"permissions", std::move(permissions)},
            {"user_agent", token.user_agent},
            {"address", token.address},
            {"created_at", rfc3339(token.created_at)},
            {"used_at", present(token.used_at)},
            {"expires_at", rfc3339(std::max(token.ends_at, token.expires_at))}};
}

json::object present(const audit_entry& one) {
    json::value actor;
    json::value session;
    json::value subject;
    if (one.actor) actor = json::string(one.actor.text());
    if (one.session) session = json::string(one.session.text());
    if (!one.subject_kind.empty())
        subject = json::object{{"kind", one.subject_kind}, {"id", std::to_string(one.subject)}};
    return {{"id", one.id.text()},       {"at", rfc3339(one.at)},         {"action", one.action},
            {"actor", std::move(actor)}, {"session", std::move(session)}, {"subject", std::move(subject)},
            {"address", one.address},    {"request_id", one.request_id},  {"details", one.details}};
}

json::object present(const event& what, viewer reader) {
    json::object data = what.data;
    data.erase("heard_with");  // who hears it, which is no part of it
    if (auto* facts = data.if_contains("facts")) {
        // As it was when the event was made, so that a replay counts the same as having been there.
        json::object message = what.view.body != nullptr ? present(what.view, reader) : known_facts(what, reader);
        message["mentions"] = facts->as_object().at("mentions");
        data.erase("facts");
        data["message"] = std::move(message);
    }
    return {{"type", what.type},
            {"position", what.at},
            {"conversation", id_or_null(what.conversation.value)},
            {"at", rfc3339(what.created_at)},
            {"data", std::move(data)}};
}

bool hides_author(const event& what) {
    const auto* facts = what.data.if_contains("facts");
    return facts != nullptr && facts->at("from").at("source") == "persona";
}

bool knows_author(const event& what, viewer reader) {
    return !hides_author(what) || reader.sees_authors ||
           what.data.at("facts").at("author").as_string() == reader.id.text();
}

}  // namespace parley::kernel
