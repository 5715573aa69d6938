// Each table's two functions stand together, so that a forgotten column shows.
#include "storage/mapping.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>
#include <sstream>

#include "storage/fold.hpp"

namespace parley::storage {
namespace {

moment to_moment(bigint stored) { return moment{std::chrono::microseconds{stored}}; }

std::optional<moment> to_moment(const maybe_bigint& stored) {
    if (stored.null()) return std::nullopt;
    return to_moment(stored.get());
}

maybe_bigint maybe(const std::optional<moment>& at) { return at ? maybe_bigint(microseconds(*at)) : maybe_bigint(); }

/// None is NULL.
template <class Tag>
maybe_bigint maybe(id<Tag> of) {
    return of ? maybe_bigint(of.value) : maybe_bigint();
}

maybe_text maybe(const std::string& text) { return text.empty() ? maybe_text() : maybe_text(text); }

bigint or_zero(const maybe_bigint& stored) { return stored.null() ? 0 : stored.get(); }

std::string or_empty(const maybe_text& stored) { return stored.null() ? std::string() : stored.get(); }

// What was let in is let out: limits of depth are the business of whoever reads it from a stranger.
boost::json::value to_json(const std::string& text) {
    boost::json::parse_options lenient;
    lenient.max_depth = 1'000;
    return boost::json::parse(text, {}, lenient);
}

// Most messages have no data, and nothing is shorter and faster to read than "{}".
std::string to_text(const boost::json::object& data) {
    return data.empty() ? std::string() : boost::json::serialize(data);
}

boost::json::object to_object(const std::string& text) {
    return text.empty() ? boost::json::object() : to_json(text).as_object();
}

std::string to_text(const std::vector<shown_identity>& participants) {
    if (participants.empty()) return {};
    boost::json::array all;
    for (const auto& one : participants)
        all.push_back(boost::json::array{static_cast<int>(one.from), one.id, one.name, one.avatar});
    return boost::json::serialize(all);
}

std::vector<shown_identity> to_participants(const std::string& text) {
    std::vector<shown_identity> participants;
    if (text.empty()) return participants;
    const auto all = to_json(text);
    for (const auto& one : all.as_array()) {
        const auto& parts = one.as_array();
        participants.push_back({.from = static_cast<shown_identity::source>(parts.at(0).as_int64()),
                                .id = parts.at(1).as_int64(),
                                .name = std::string(parts.at(2).as_string()),
                                .avatar = std::string(parts.at(3).as_string())});
    }
    return participants;
}

std::string to_text(const std::vector<hold>& holds) {
    if (holds.empty()) return {};
    boost::json::array all;
    for (const auto& one : holds)
        all.push_back(boost::json::array{one.holder, one.reason, static_cast<std::int64_t>(one.lifted_by)});
    return boost::json::serialize(all);
}

std::vector<hold> to_holds(const std::string& text) {
    std::vector<hold> holds;
    if (text.empty()) return holds;
    const auto all = to_json(text);
    for (const auto& one : all.as_array()) {
        const auto& parts = one.as_array();
        holds.push_back({.holder = std::string(parts.at(0).as_string()),
                         .reason = std::string(parts.at(1).as_string()),
                         .lifted_by = static_cast<hold::until>(parts.at(2).as_int64())});
    }
    return holds;
}

std::vector<std::string> to_words(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream words(text);
    for (std::string one; words >> one;) all.push_back(one);
    return all;
}

std::string to_text(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& one : words) text += (text.empty() ? "" : " ") + one;
    return text;
}

template <class Enum>
short to_number(Enum of) {
    return static_cast<short>(of);
}

}  // namespace

std::string sender_key(user_id author, std::string_view client_key) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), author.value).ptr;
    std::string key;
    key.reserve(digits.size() + 1 + client_key.size());
    key.append(digits.data(), end).append(1, ':').append(client_key);
    return key;
}

tenant to_value(const tenant_row& row) {
    return {.id = tenant_id{row.id}, .name = row.name, .created_at = to_moment(row.created_at)};
}

tenant_row to_row(const tenant& of) {
    tenant_row row;
    row.id = of.id.value;
    row.name = of.name;
    row.created_at = microseconds(of.created_at);
    return row;
}

user to_value(const account_row& row) {
    user of;
    of.id = user_id{row.id};
    of.tenant = tenant_id{row.tenant};
    of.username = row.username;
    of.display_name = row.display_name;
    of.role = row.role;
    of.password_hash = row.password_hash;
    of.status_text = row.status_text;
    of.status_expires_at = to_moment(row.status_expires_at);
    of.created_at = to_moment(row.created_at);
    of.updated_at = to_moment(row.updated_at);
    of.disabled_at = to_moment(row.disabled_at);
    of.kind = static_cast<user_kind>(row.kind);
    of.external_id = or_empty(row.external_id);
    of.expires_at = to_moment(row.expires_at);
    return of;
}

account_row to_row(const user& of) {
    account_row row;
    row.id = of.id.value;
    row.tenant = of.tenant.value;
    row.username = of.username;
    row.display_name = of.display_name;
    row.folded_name = fold(of.display_name);
    row.role = of.role;
    row.password_hash = of.password_hash;
    row.status_text = of.status_text;
    row.status_expires_at = maybe(of.status_expires_at);
    row.created_at = microseconds(of.created_at);
    row.updated_at = microseconds(of.updated_at);
    row.disabled_at = maybe(of.disabled_at);
    row.kind = to_number(of.kind);
    row.external_id = maybe(of.external_id);
    row.expires_at = maybe(of.expires_at);
    return row;
}

access_token to_value(const access_token_row& row) {
    access_token of;
    of.id = token_id{row.id};
    of.tenant = tenant_id{row.tenant};
    of.user = user_id{row.account};
    of.name = row.name;
    of.digest = row.digest;
    of.created_at = to_moment(row.created_at);
    of.expires_at = to_moment(row.expires_at);
    of.revoked_at = to_moment(row.revoked_at);
    of.kind = static_cast<token_kind>(row.kind);
    of.stage = static_cast<token_stage>(row.stage);
    if (!row.scope.null()) of.scope = row.scope.get();
    of.user_agent = row.user_agent;
    of.address = row.address;
    of.ends_at = to_moment(row.ends_at);
    of.used_at = to_moment(row.used_at);
    of.family = or_empty(row.family);
    of.refresh_digest = or_empty(row.refresh_digest);
    return of;
}

access_token_row to_row(const access_token& of) {
    access_token_row row;
    row.id = of.id.value;
    row.tenant = of.tenant.value;
    row.account = of.user.value;
    row.name = of.name;
    row.digest = of.digest;
    row.created_at = microseconds(of.created_at);
    row.expires_at = microseconds(of.expires_at);
    row.revoked_at = maybe(of.revoked_at);
    row.kind = to_number(of.kind);
    row.stage = to_number(of.stage);
    if (of.scope) row.scope = *of.scope;
    row.user_agent = of.user_agent;
    row.address = of.address;
    row.ends_at = microseconds(of.ends_at);
    row.used_at = maybe(of.used_at);
    row.family = maybe(of.family);
    row.refresh_digest = maybe(of.refresh_digest);
    return row;
}

one_time_link to_value(const one_time_link_row& row) {
    return {.digest = row.digest,
            .tenant = tenant_id{row.tenant},
            .user = user_id{row.account},
            .purpose = static_cast<link_purpose>(row.purpose),
            .created_at = to_moment(row.created_at),
            .expires_at = to_moment(row.expires_at),
            .used_at = to_moment(row.used_at)};
}

one_time_link_row to_row(const one_time_link& of) {
    one_time_link_row row;
    row.digest = of.digest;
    row.tenant = of.tenant.value;
    row.account = of.user.value;
    row.purpose = to_number(of.purpose);
    row.created_at = microseconds(of.created_at);
    row.expires_at = microseconds(of.expires_at);
    row.used_at = maybe(of.used_at);
    return row;
}

started_sign_in to_value(const started_sign_in_row& row) {
    return {.digest = row.digest,
            .tenant = tenant_id{row.tenant},
            .provider = row.provider,
            .browser = row.browser,
            .nonce = row.nonce,
            .verifier = row.verifier,
            .redirect_uri = row.redirect_uri,
            .return_to = row.return_to,
            .created_at = to_moment(row.created_at),
            .expires_at = to_moment(row.expires_at)};
}

started_sign_in_row to_row(const started_sign_in& of) {
    started_sign_in_row row;
    row.digest = of.digest;
    row.tenant = of.tenant.value;
    row.provider = of.provider;
    row.browser = of.browser;
    row.nonce = of.nonce;
    row.verifier = of.verifier;
    row.redirect_uri = of.redirect_uri;
    row.return_to = of.return_to;
    row.created_at = microseconds(of.created_at);
    row.expires_at = microseconds(of.expires_at);
    return row;
}

second_factor to_value(const second_factor_row& row) {
    second_factor of;
    of.user = user_id{row.account};
    of.tenant = tenant_id{row.tenant};
    of.secret = row.secret;
    of.created_at = to_moment(row.created_at);
    of.confirmed_at = to_moment(row.confirmed_at);
    of.last_step = row.last_step;
    of.recovery = to_words(row.recovery);
    return of;
}

second_factor_row to_row(const second_factor& of) {
    second_factor_row row;
    row.account = of.user.value;
    row.tenant = of.tenant.value;
    row.secret = of.secret;
    row.created_at = microseconds(of.created_at);
    row.confirmed_at = maybe(of.confirmed_at);
    row.last_step = of.last_step;
    row.recovery = to_text(of.recovery);
    return row;
}

conversation to_value(const conversation_row& row) {
    conversation of;
    of.id = conversation_id{row.id};
    of.tenant = tenant_id{row.tenant};
    of.kind = row.kind;
    of.model = row.model;
    of.team = row.team;
    of.name = row.name;
    of.description = row.description;
    of.topic = row.topic;
    of.who_finds = static_cast<visibility>(row.who_finds);
    of.creator = user_id{row.creator};
    of.direct_key = or_empty(row.direct_key);
    of.last_sequence = row.last_sequence;
    of.member_count = row.member_count;
    of.created_at = to_moment(row.created_at);
    of.updated_at = to_moment(row.updated_at);
    of.last_message_at = to_moment(row.last_message_at);
    of.archived_at = to_moment(row.archived_at);
    of.deleted_at = to_moment(row.deleted_at);
    return of;
}

conversation_row to_row(const conversation& of) {
    conversation_row row;
    row.id = of.id.value;
    row.tenant = of.tenant.value;
    row.kind = of.kind;
    row.model = of.model;
    row.team = of.team;
    row.name = of.name;
    row.folded_name = fold(of.name);
    row.description = of.description;
    row.topic = of.topic;
    row.who_finds = to_number(of.who_finds);
    row.creator = of.creator.value;
    row.direct_key = maybe(of.direct_key);
    row.last_sequence = of.last_sequence;
    row.member_count = of.member_count;
    row.created_at = microseconds(of.created_at);
    row.updated_at = microseconds(of.updated_at);
    row.last_message_at = maybe(of.last_message_at);
    row.archived_at = maybe(of.archived_at);
    row.deleted_at = maybe(of.deleted_at);
    return row;
}

member to_value(const member_row& row) {
    member of;
    of.conversation = conversation_id{row.key.conversation};
    of.user = user_id{row.key.account};
    of.role = static_cast<member_role>(row.role);
    of.joined_at = to_moment(row.joined_at);
    of.joined_position = row.joined_position;
    of.last_read = row.last_read;
    of.notify = static_cast<notify_level>(row.notify);
    of.pinned_at = to_moment(row.pinned_at);
    of.granted_role = or_empty(row.granted_role);
    return of;
}

member_row to_row(const member& of, tenant_id in) {
    member_row row;
    row.key.conversation = of.conversation.value;
    row.key.account = of.user.value;
    row.tenant = in.value;
    row.role = to_number(of.role);
    row.joined_at = microseconds(of.joined_at);
    row.joined_position = of.joined_position;
    row.last_read = of.last_read;
    row.notify = to_number(of.notify);
    row.pinned_at = maybe(of.pinned_at);
    row.granted_role = maybe(of.granted_role);
    return row;
}

conversation_ban to_value(const conversation_ban_row& row) {
    conversation_ban of;
    of.conversation = conversation_id{row.key.conversation};
    of.user = user_id{row.key.account};
    of.by = user_id{or_zero(row.banned_by)};
    of.reason = row.reason;
    of.created_at = to_moment(row.created_at);
    of.until = to_moment(row.ends_at);
    return of;
}

conversation_ban_row to_row(const conversation_ban& of, tenant_id in) {
    conversation_ban_row row;
    row.key.conversation = of.conversation.value;
    row.key.account = of.user.value;
    row.tenant = in.value;
    row.banned_by = maybe(of.by);
    row.reason = of.reason;
    row.created_at = microseconds(of.created_at);
    row.ends_at = maybe(of.until);
    return row;
}

message to_value(const message_row& row) {
    message of;
    of.id = message_id{row.id};
    of.tenant = tenant_id{row.tenant};
    of.conversation = conversation_id{row.conversation};
    of.seq = or_zero(row.seq);
    of.author = user_id{row.author};
    of.shown = {.from = static_cast<shown_identity::source>(row.shown_from),
                .id = row.shown_id,
                .name = row.shown_name,
                .avatar = row.shown_avatar};
    of.type = row.type;
    of.text = row.text;
    of.data = to_object(row.data);
    of.reply_to = message_id{or_zero(row.reply_to)};
    of.thread_root = message_id{or_zero(row.thread_root)};
    of.thread = {.replies = row.thread_replies,
                 .last_reply_at = to_moment(row.thread_last_reply_at),
                 .participants = to_participants(row.thread_participants)};
    of.state = static_cast<message_state>(row.state);
    of.state_reason = row.state_reason;
    of.holds = to_holds(row.holds);
    if (const auto key = or_empty(row.sender_key); !key.empty()) of.client_key = key.substr(key.find(':') + 1);
    of.created_at = to_moment(row.created_at);
    of.edited_at = to_moment(row.edited_at);
    of.deleted_at = to_moment(row.deleted_at);
    return of;
}

message_row to_row(const message& of) {
    message_row row;
    row.id = of.id.value;
    row.tenant = of.tenant.value;
    row.conversation = of.conversation.value;
    if (of.seq != 0) row.seq = of.seq;
    row.author = of.author.value;
    row.shown_from = to_number(of.shown.from);
    row.shown_id = of.shown.id;
    row.shown_name = of.shown.name;
    row.shown_avatar = of.shown.avatar;
    row.type = of.type;
    row.text = of.text;
    row.data = to_text(of.data);
    row.reply_to = maybe(of.reply_to);
    row.thread_root = maybe(of.thread_root);
    row.thread_replies = of.thread.replies;
    row.thread_last_reply_at = maybe(of.thread.last_reply_at);
    row.thread_participants = to_text(of.thread.participants);
    row.state = to_number(of.state);
    row.state_reason = of.state_reason;
    row.holds = to_text(of.holds);
    if (!of.client_key.empty()) row.sender_key = sender_key(of.author, of.client_key);
    row.mention_count = static_cast<int>(of.mentions.size());
    row.created_at = microseconds(of.created_at);
    row.edited_at = maybe(of.edited_at);
    row.deleted_at = maybe(of.deleted_at);
    return row;
}

mention_row to_mention(const message& of, std::size_t place) {
    mention_row row;
    row.key.message = of.id.value;
    row.key.account = of.mentions.at(place).value;
    row.tenant = of.tenant.value;
    row.conversation = of.conversation.value;
    if (of.seq != 0) row.seq = of.seq;
    row.place = static_cast<int>(place);
    return row;
}

revision to_value(const revision_row& row) {
    revision of;
    of.message = message_id{row.key.message};
    of.number = row.key.number;
    of.text = row.text;
    of.data = to_object(row.data);
    of.editor = user_id{row.editor};
    of.replaced_at = to_moment(row.replaced_at);
    return of;
}

revision_row to_row(const revision& of, tenant_id in) {
    revision_row row;
    row.key.message = of.message.value;
    row.key.number = of.number;
    row.tenant = in.value;
    row.text = of.text;
    row.data = to_text(of.data);
    row.editor = of.editor.value;
    row.replaced_at = microseconds(of.replaced_at);
    return row;
}

event to_value(const event_row& row) {
    event of;
    of.at = row.key.position;
    of.type = row.type;
    of.heard_by = static_cast<audience>(row.heard_by);
    of.conversation = conversation_id{or_zero(row.conversation)};
    of.user = user_id{or_zero(row.account)};
    of.about = message_id{or_zero(row.about)};
    of.data = to_object(row.data);
    of.created_at = to_moment(row.created_at);
    return of;
}

event_row to_row(const event& of, tenant_id in) {
    event_row row;
    row.key.tenant = in.value;
    row.key.position = of.at;
    row.type = of.type;
    row.heard_by = to_number(of.heard_by);
    row.conversation = maybe(of.conversation);
    row.account = maybe(of.user);
    row.about = maybe(of.about);
    row.data = to_text(of.data);
    row.created_at = microseconds(of.created_at);
    return row;
}

custom_role to_value(const custom_role_row& row) {
    return {.id = role_id{row.id},
            .tenant = tenant_id{row.tenant},
            .name = row.name,
            .sentence = row.sentence,
            .permissions = to_words(row.permissions),
            .created_at = to_moment(row.created_at),
            .updated_at = to_moment(row.updated_at)};
}

custom_role_row to_row(const custom_role& of) {
    custom_role_row row;
    row.id = of.id.value;
    row.tenant = of.tenant.value;
    row.name = of.name;
    row.sentence = of.sentence;
    row.permissions = to_text(of.permissions);
    row.created_at = microseconds(of.created_at);
    row.updated_at = microseconds(of.updated_at);
    return row;
}

audit_entry to_value(const audit_entry_row& row) {
    audit_entry of;
    of.id = audit_id{row.id};
    of.tenant = tenant_id{row.tenant};
    of.at = to_moment(row.at);
    of.actor = user_id{or_zero(row.actor)};
    of.session = token_id{or_zero(row.session)};
    of.action = row.action;
    of.subject_kind = or_empty(row.subject_kind);
    of.subject = or_zero(row.subject);
    of.address = row.address;
    of.request_id = row.request_id;
    of.details = to_object(row.details);
    return of;
}

audit_entry_row to_row(const audit_entry& of) {
    audit_entry_row row;
    row.id = of.id.value;
    row.tenant = of.tenant.value;
    row.at = microseconds(of.at);
    row.actor = maybe(of.actor);
    row.session = maybe(of.session);
    row.action = of.action;
    row.subject_kind = maybe(of.subject_kind);
    if (of.subject != 0) row.subject = of.subject;
    row.address = of.address;
    row.request_id = of.request_id;
    row.details = to_text(of.details);
    return row;
}

plugin_cursor to_value(const plugin_cursor_row& row) {
    return {.plugin = row.key.plugin,
            .heard = row.heard.null() ? std::nullopt : std::optional<position>(row.heard.get()),
            .relayed = row.relayed};
}

plugin_cursor_row to_row(const plugin_cursor& of, tenant_id in) {
    plugin_cursor_row row;
    row.key.tenant = in.value;
    row.key.plugin = of.plugin;
    if (of.heard) row.heard = *of.heard;
    row.relayed = of.relayed;
    return row;
}

plugin_job to_value(const plugin_job_row& row) {
    plugin_job of;
    of.id = plugin_job_id{row.id};
    of.tenant = tenant_id{row.tenant};
    of.plugin = row.plugin;
    of.job = row.job;
    of.key = row.key;
    of.due = to_moment(row.due);
    of.input = row.input;
    of.tries = row.tries;
    if (!row.leased_until.null()) of.leased_until = to_moment(row.leased_until.get());
    of.leased_by = row.leased_by;
    return of;
}

plugin_job_row to_row(const plugin_job& of) {
    plugin_job_row row;
    row.id = of.id.value;
    row.tenant = of.tenant.value;
    row.plugin = of.plugin;
    row.job = of.job;
    row.key = of.key;
    row.due = microseconds(of.due);
    row.input = of.input;
    row.tries = of.tries;
    if (of.leased_until) row.leased_until = microseconds(*of.leased_until);
    row.leased_by = of.leased_by;
    return row;
}

}  // namespace parley::storage
