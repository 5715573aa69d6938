// The presence board's other half: what servers tell each other of devices.
#include <algorithm>

#include "kernel/presence_board.hpp"

namespace parley::kernel {
namespace {

std::chrono::milliseconds age_of(moment then, moment now) {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(now - then), std::chrono::milliseconds{0});
}

}  // namespace

void presence_board::mark_changed(tenant_id tenant, user_id user) {
    if (tells_) changed_[tenant].insert(user);
}

std::vector<std::pair<tenant_id, user_id>> presence_board::take_changed() {
    std::vector<std::pair<tenant_id, user_id>> all;
    for (const auto& [tenant, users] : changed_)
        for (const auto user : users) all.emplace_back(tenant, user);
    changed_.clear();
    return all;
}

std::vector<std::pair<tenant_id, user_id>> presence_board::here() const {
    std::vector<std::pair<tenant_id, user_id>> all;
    for (const auto& [tenant, people] : people_)
        for (const auto& [user, who] : people)
            if (!who.devices.empty()) all.emplace_back(tenant, user);
    return all;
}

bool presence_board::is_here(tenant_id tenant, user_id user) const {
    const auto all = people_.find(tenant);
    if (all == people_.end()) return false;
    const auto found = all->second.find(user);
    return found != all->second.end() && !found->second.devices.empty();
}

presence_share presence_board::share_of(tenant_id tenant, user_id user) const {
    presence_share made{.user = user};
    const auto all = people_.find(tenant);
    if (all == people_.end()) return made;
    const auto found = all->second.find(user);
    if (found == all->second.end()) return made;
    const auto& who = found->second;
    const auto now = time_.now();
    made.devices = static_cast<std::uint32_t>(who.devices.size());
    made.idle = who.idle;
    if (who.last_active) made.active_ago = age_of(*who.last_active, now);
    made.chosen = who.chosen;
    if (who.chosen_at) made.chosen_ago = age_of(*who.chosen_at, now);
    return made;
}

std::optional<presence_change> presence_board::heard(peer_id peer, tenant_id tenant, const presence_share& said,
                                                     std::chrono::seconds lasts) {
    auto& all = people_[tenant];
    if (said.devices == 0 && !all.contains(said.user)) return std::nullopt;
    const auto now = time_.now();
    auto& who = all[said.user];
    if (said.devices == 0)
        who.elsewhere.erase(peer);
    else
        who.elsewhere[peer] = {.count = said.devices, .idle = said.idle, .until = now + lasts};
    if (said.active_ago)
        who.last_active = std::max(who.last_active.value_or(now - *said.active_ago), now - *said.active_ago);
    if (said.chosen_ago && (!who.chosen_at || now - *said.chosen_ago > *who.chosen_at)) {
        who.chosen = said.chosen;
        who.chosen_at = now - *said.chosen_ago;
    }
    auto change = settle(tenant, said.user, who);
    if (who.devices.empty() && who.elsewhere.empty()) all.erase(said.user);
    return change;
}

template <class IsOver>
std::vector<presence_change> presence_board::forget_far(IsOver is_over) {
    std::vector<presence_change> changes;
    for (auto& [tenant, people] : people_)
        for (auto it = people.begin(); it != people.end();) {
            auto& who = it->second;
            if (std::erase_if(who.elsewhere, is_over) != 0)
                if (auto change = settle(tenant, it->first, who)) changes.push_back(*change);
            it = who.devices.empty() && who.elsewhere.empty() ? people.erase(it) : std::next(it);
        }
    return changes;
}

std::vector<presence_change> presence_board::lost(peer_id peer) {
    return forget_far([peer](const auto& one) { return one.first == peer; });
}

std::vector<presence_change> presence_board::expire_shares() {
    return forget_far([now = time_.now()](const auto& one) { return one.second.until <= now; });
}

}  // namespace parley::kernel
