// How devices, choices and silence add up to one presence.
#include "kernel/presence_board.hpp"

#include <algorithm>
#include <utility>

namespace parley::kernel {
namespace {

presence shown_of(bool here, bool idle, std::optional<presence> chosen) {
    if (!here) return presence::offline;
    if (chosen) return *chosen;
    return idle ? presence::away : presence::online;
}

}  // namespace

std::string_view name_of(presence which) {
    switch (which) {
        case presence::offline:
            return "offline";
        case presence::online:
            return "online";
        case presence::away:
            return "away";
        case presence::busy:
            return "busy";
    }
    return "offline";
}

std::optional<presence> parse_presence(std::string_view text) {
    if (text == "online") return presence::online;
    if (text == "away") return presence::away;
    if (text == "busy") return presence::busy;
    return std::nullopt;
}

std::optional<presence_change> presence_board::settle(tenant_id tenant, user_id user, person& who) {
    const bool here = !who.devices.empty() || !who.elsewhere.empty();
    const bool idle = (who.devices.empty() || who.idle) &&
                      std::ranges::all_of(who.elsewhere, [](const auto& one) { return one.second.idle; });
    const auto shown = shown_of(here, idle, who.chosen);
    if (shown == who.shown) return std::nullopt;
    who.shown = shown;
    return presence_change{tenant, user, {shown, who.last_active}};
}

std::optional<presence_change> presence_board::arrived(tenant_id tenant, user_id user, std::uint64_t device) {
    auto& who = people_[tenant][user];
    who.devices[device] = time_.now();
    who.last_active = time_.now();
    who.idle = false;
    mark_changed(tenant, user);
    return settle(tenant, user, who);
}

std::optional<presence_change> presence_board::went(tenant_id tenant, user_id user, std::uint64_t device) {
    auto& all = people_[tenant];
    const auto found = all.find(user);
    if (found == all.end()) return std::nullopt;
    auto& who = found->second;
    if (who.devices.erase(device) == 0) return std::nullopt;
    mark_changed(tenant, user);
    auto change = settle(tenant, user, who);
    // Nothing is kept of those who left, or memory would grow with everybody who was ever here.
    if (who.devices.empty() && who.elsewhere.empty()) all.erase(found);
    return change;
}

std::optional<presence_change> presence_board::active(tenant_id tenant, user_id user, std::uint64_t device) {
    const auto found = people_[tenant].find(user);
    if (found == people_[tenant].end() || !found->second.devices.contains(device)) return std::nullopt;
    auto& who = found->second;
    who.devices[device] = time_.now();
    who.last_active = time_.now();
    if (std::exchange(who.idle, false)) mark_changed(tenant, user);
    return settle(tenant, user, who);
}

std::optional<presence_change> presence_board::choose(tenant_id tenant, user_id user, presence wanted) {
    const auto found = people_[tenant].find(user);
    if (found == people_[tenant].end()) return std::nullopt;
    auto& who = found->second;
    who.chosen = wanted == presence::online ? std::nullopt : std::optional(wanted);
    who.chosen_at = time_.now();
    who.idle = false;
    mark_changed(tenant, user);
    return settle(tenant, user, who);
}

std::vector<presence_change> presence_board::turn_away(tenant_id tenant, std::chrono::seconds after) {
    std::vector<presence_change> changes;
    const auto now = time_.now();
    for (auto& [user, who] : people_[tenant]) {
        if (who.devices.empty()) continue;  // whoever has them says when they are idle
        const bool was_idle = std::exchange(who.idle, !who.last_active || now - *who.last_active >= after);
        if (was_idle != who.idle) mark_changed(tenant, user);
        if (auto change = settle(tenant, user, who)) changes.push_back(*change);
    }
    return changes;
}

presence_board::attendance presence_board::of(tenant_id tenant) const {
    attendance made;
    const auto found = people_.find(tenant);
    if (found == people_.end()) return made;
    for (const auto& [user, one] : found->second) {
        ++made.people;  // nobody is kept without a device
        made.devices += one.devices.size();
        for (const auto& [peer, far] : one.elsewhere) made.devices += far.count;
    }
    return made;
}

presence_state presence_board::of(tenant_id tenant, user_id user) const {
    const auto all = people_.find(tenant);
    if (all == people_.end()) return {};
    const auto found = all->second.find(user);
    if (found == all->second.end()) return {};
    return {found->second.shown, found->second.last_active};
}

std::optional<typing_change> presence_board::typing(tenant_id tenant, conversation_id in, user_id user,
                                                    std::chrono::seconds lasts) {
    auto& writers = typing_[tenant][in];
    const auto until = time_.now() + lasts;
    const auto found = std::ranges::find(writers, user, &writer::user);
    if (found != writers.end()) {
        found->until = until;
        return std::nullopt;
    }
    writers.push_back({user, until});
    return typing_change{tenant, in, user, true};
}

std::optional<typing_change> presence_board::stopped_typing(tenant_id tenant, conversation_id in, user_id user) {
    const auto all = typing_.find(tenant);
    if (all == typing_.end()) return std::nullopt;
    const auto found = all->second.find(in);
    if (found == all->second.end()) return std::nullopt;
    const auto gone = std::erase_if(found->second, [&](const writer& one) { return one.user == user; });
    if (found->second.empty()) all->second.erase(found);
    if (gone == 0) return std::nullopt;
    return typing_change{tenant, in, user, false};
}

std::vector<typing_change> presence_board::expire_typing() {
    std::vector<typing_change> ended;
    const auto now = time_.now();
    for (auto& [tenant, conversations] : typing_)
        for (auto it = conversations.begin(); it != conversations.end();) {
            std::erase_if(it->second, [&](const writer& one) {
                if (one.until > now) return false;
                ended.push_back({tenant, it->first, one.user, false});
                return true;
            });
            it = it->second.empty() ? conversations.erase(it) : std::next(it);
        }
    return ended;
}

}  // namespace parley::kernel
