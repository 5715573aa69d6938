// Snapshot and log, and who hears what of it.
#include "kernel/follow_log.hpp"

#include <algorithm>

#include "kernel/message_draft.hpp"
#include "kernel/page_bytes.hpp"
#include "kernel/plugin_events.hpp"

namespace parley::kernel {
namespace {

user_id other_party(const conversation& in, user_id me) {
    const auto dash = in.direct_key.find('-');
    if (dash == std::string::npos) return {};
    const auto one = user_id::parse(std::string_view(in.direct_key).substr(0, dash));
    const auto two = user_id::parse(std::string_view(in.direct_key).substr(dash + 1));
    if (!one || !two) return {};
    return *one == me ? *two : *one;
}

constexpr std::size_t events_at_once = 20;

std::size_t bytes_of(const event& one) { return one.view.body == nullptr ? 0 : kernel::bytes_of(*one.view.body); }

/// Fills the page's views until there is enough, and ends it there.
void fill_page(reading& from, event_page& page) {
    std::size_t bytes = 0;
    for (std::size_t done = 0; done < page.events.size();) {
        const auto some = std::span(page.events).subspan(done, std::min(events_at_once, page.events.size() - done));
        fill_views(from, some);
        for (const auto& one : some) bytes += bytes_of(one);
        done += some.size();
        if (bytes < page_bytes || done == page.events.size()) continue;
        page.events.resize(done);
        page.upto = page.events.back().at;
    }
    std::erase_if(page.events, is_over);
}

/// The members of a deleted conversation are told, although it is nobody's conversation any more.
bool ends_own_conversation(reading& from, const event& what, user_id me) {
    return what.type == "conversation.deleted" && from.find_member(rows(), what.conversation, me).has_value();
}

}  // namespace

hearing::hearing(viewer reader, hears_held held, std::span<const membership> all) : reader_(reader), held_(held) {
    for (const auto& [in, as] : all) places_.emplace(in.id, place{.since = as.joined_position});
}

hearing::hearing(const environment& env, reading& from, const actor& who, std::span<const membership> all)
    : hearing({who.id(), who.may(permission::authors_see)},
              who.may(permission::messages_review) ? hears_held::yes : hears_held::no, all) {
    lets_held_ = who.is_let(permission::messages_review);
    lets_authors_ = who.is_let(permission::authors_see);
    names_ = &env.permissions;
    granted_ = who.everywhere().granted();
    only_ = who.scope();
    std::unordered_map<std::string, permission_set> known;  // the same few roles are granted in many places
    for (const auto& [in, as] : all) {
        if (as.granted_role.empty()) continue;
        auto role = known.find(as.granted_role);
        if (role == known.end())
            role = known.emplace(as.granted_role, access::granted_by(env, from, as.granted_role)).first;
        auto& where = places_[in.id];
        where.hears_held = lets_held_ && role->second.has(permission::messages_review);
        where.sees_authors = lets_authors_ && role->second.has(permission::authors_see);
    }
}

void hearing::follow(const event& what) {
    if (what.user != reader_.id || what.heard_by != audience::user) return;
    if (what.type == "conversation.joined") places_.insert_or_assign(what.conversation, place{.since = what.at});
    if (what.type == "conversation.left") places_.erase(what.conversation);
    if (what.type == "rights.updated") follow_rights(what);
}

/// A name that nobody declares any more entitles nobody.
bool hearing::is_entitled(const event& what) const {
    const auto* with = what.data.if_contains("heard_with");
    if (names_ == nullptr || with == nullptr || !with->is_string()) return false;
    const auto& name = with->get_string();
    const auto known = names_->find({name.data(), name.size()});
    return known && granted_.has(*known);
}

/// The event says what is held from it on, so no look-up can come too late.
void hearing::follow_rights(const event& what) {
    const auto* names = what.data.if_contains("permissions");
    if (names == nullptr) return;  // said by a version that did not tell them
    rights_at_ = what.at;
    const auto named = [&](std::string_view one) {
        return std::ranges::any_of(names->as_array(), [one](const auto& name) { return name.as_string() == one; });
    };
    const bool held = lets_held_ && named("messages.review");
    const bool authors = lets_authors_ && named("authors.see");
    if (what.conversation) {
        const auto found = places_.find(what.conversation);
        if (found == places_.end()) return;
        found->second.hears_held = held;
        found->second.sees_authors = authors;
        return;
    }
    held_ = held ? hears_held::yes : hears_held::no;
    reader_.sees_authors = authors;
    if (names_ == nullptr) return;
    granted_ = {};
    for (const auto& one : names->as_array())
        if (const auto known = names_->find(std::string_view(one.as_string()))) granted_.grant(*known);
    if (only_) granted_.narrow_to(*only_);
}

void hearing::take_rights(const ear& fresh) {
    if (fresh.at < rights_at_) return;
    rights_at_ = fresh.at;
    reader_ = fresh.hears.reader_;
    held_ = fresh.hears.held_;
    granted_ = fresh.hears.granted_;
    for (auto& [in, where] : places_)
        if (const auto now = fresh.hears.places_.find(in); now != fresh.hears.places_.end()) {
            where.hears_held = now->second.hears_held;
            where.sees_authors = now->second.sees_authors;
        }
}

result<snapshot> take_snapshot(const environment& env, reading& from, const caller& by) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto mine = my_conversations(env, from, by);
    if (!mine) return std::unexpected(mine.error());
    snapshot taken{.at = from.log_end(),
                   .self = who->account(),
                   .conversations = std::move(*mine),
                   .people = {},
                   .contacts = from.contacts_of(rows(), who->id())};
    std::vector<user_id> others;
    for (const auto& one : taken.conversations)
        if (const auto other = other_party(one.row, who->id())) others.push_back(other);
    taken.people = from.users(others);
    return taken;
}

result<ear> open_ear(const environment& env, reading& from, const caller& by) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    const auto mine = from.memberships_of(rows(), who->id());
    return ear{from.log_end(), hearing(env, from, *who, mine)};
}

void fill_hearers(reading& from, std::span<event> events) {
    for (auto& one : events) {
        if (one.heard_by != audience::contacts) continue;
        one.hearers = from.contacts_of(rows(), one.user);
        std::ranges::sort(one.hearers);
    }
}

void fill_views(reading& from, std::span<event> events) {
    std::vector<message_id> wanted;
    for (const auto& one : events)
        if (one.about) wanted.push_back(one.about);
    if (wanted.empty()) return;
    std::ranges::sort(wanted);
    const auto repeated = std::ranges::unique(wanted);
    wanted.erase(repeated.begin(), repeated.end());
    std::unordered_map<message_id, message_view> views;
    for (auto& view : views_of(from, from.messages(rows(), wanted))) {
        const auto id = view.body->id;
        views.emplace(id, std::move(view));
    }
    for (auto& one : events)
        if (const auto found = views.find(one.about); found != views.end()) one.view = found->second;
}

result<event_page> read_log(const environment& env, reading& from, const caller& by, position since, int limit) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    const auto end = from.log_end();
    if (since < from.log_begin() || since > end)
        return failure(fault::gone, "snapshot_needed", "The log does not reach back to this position; take a snapshot.",
                       "since");
    auto all = from.events_after(since, limit);
    // Memberships and rights are as of now: what was said in a conversation that the caller has left since is not for
    // it any more.
    event_page page{.events = {},
                    .upto = all.empty() ? end : all.back().at,
                    .log_end = end,
                    .hears = hearing(env, from, *who, from.memberships_of(rows(), who->id()))};
    std::optional<std::unordered_set<user_id>> contacts;
    const auto shares = [&](user_id other) {
        if (!contacts) {
            const auto known = from.contacts_of(rows(), who->id());
            contacts.emplace(known.begin(), known.end());
        }
        return contacts->contains(other);
    };
    for (auto& one : all)
        if (page.hears.hears(one, shares) || ends_own_conversation(from, one, who->id()))
            page.events.push_back(std::move(one));
    fill_page(from, page);
    return page;
}

}  // namespace parley::kernel
