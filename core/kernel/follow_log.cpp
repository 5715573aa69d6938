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
    for (const auto& [in, as] : all) since_.emplace(in.id, as.joined_position);
}

hearing::hearing(const actor& who, std::span<const membership> all)
    : hearing(viewer_of(who), who.may(permission::messages_review) ? hears_held::yes : hears_held::no, all) {}

void hearing::follow(const event& what) {
    if (what.user != reader_.id || what.heard_by != audience::user) return;
    if (what.type == "conversation.joined") since_.insert_or_assign(what.conversation, what.at);
    if (what.type == "conversation.left") since_.erase(what.conversation);
}

result<snapshot> take_snapshot(const environment& env, reading& from, const caller& by) {
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    auto mine = my_conversations(env, from, by);
    if (!mine) return std::unexpected(mine.error());
    snapshot taken{.at = from.log_end(),
                   .self = who->account(),
                   .reader = viewer_of(*who),
                   .conversations = std::move(*mine),
                   .people = {},
                   .contacts = from.contacts_of(rows(), who->id())};
    std::vector<user_id> others;
    for (const auto& one : taken.conversations)
        if (const auto other = other_party(one.row, who->id())) others.push_back(other);
    taken.people = from.users(others);
    return taken;
}

result<ear> open_ear(reading& from, const caller& by) {
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    const auto mine = from.memberships_of(rows(), who->id());
    return ear{from.log_end(), hearing(*who, mine)};
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

result<event_page> read_log(reading& from, const caller& by, position since, int limit) {
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    const auto end = from.log_end();
    if (since < from.log_begin() || since > end)
        return failure(fault::gone, "snapshot_needed", "The log does not reach back to this position; take a snapshot.",
                       "since");
    auto all = from.events_after(since, limit);
    event_page page{.events = {}, .upto = all.empty() ? end : all.back().at, .log_end = end, .reader = viewer_of(*who)};
    // Memberships are as of now: what was said in a conversation that the caller has left since is not for it any more.
    const hearing now(*who, from.memberships_of(rows(), who->id()));
    std::optional<std::unordered_set<user_id>> contacts;
    const auto shares = [&](user_id other) {
        if (!contacts) {
            const auto known = from.contacts_of(rows(), who->id());
            contacts.emplace(known.begin(), known.end());
        }
        return contacts->contains(other);
    };
    for (auto& one : all)
        if (now.hears(one, shares) || ends_own_conversation(from, one, who->id()))
            page.events.push_back(std::move(one));
    fill_page(from, page);
    return page;
}

}  // namespace parley::kernel
