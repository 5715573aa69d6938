// The hub among other servers: what it tells them of typing and presence, and what it takes from them.
#include "transport/http_server.hpp"
#include "transport/hub.hpp"

namespace parley::transport {
namespace {

constexpr unsigned ticks_between_restatements = 30;
constexpr std::chrono::seconds share_lasts{100};  // three of them may be lost
constexpr std::size_t most_people_at_once = 100;
constexpr std::size_t most_places_at_once = 1'000;
constexpr std::size_t most_places_told = 200;  // of one user

}  // namespace

void hub::tell_others(kernel::bus& to) {
    bus_ = &to;
    board_.tell_others();
}

void hub::heard(kernel::peer_id from, tenant_id tenant, const kernel::bus_news& what) {
    if (std::holds_alternative<kernel::log_moved>(what)) return;
    wire_->post(0, [this, from, tenant, what] {
        const auto* const life = std::get_if<kernel::sign_of_life>(&what);
        const bool leaves = life != nullptr && life->leaves;
        if (!leaves && neighbours_.heard_from(from)) bus_->say({}, kernel::sign_of_life{.asks = true});
        std::visit([&](const auto& one) { take(from, tenant, one); }, what);
    });
}

void hub::bus_reached() {
    wire_->post(0, [this] {
        bus_->say({}, kernel::sign_of_life{.asks = true});
        say_who_is_here(board_.here());
    });
}

void hub::take(kernel::peer_id, tenant_id tenant, const kernel::typing_news& said) {
    if (said.lasts > std::chrono::seconds{0}) {
        if (const auto change = board_.typing(tenant, said.in, said.user, said.lasts)) tell(*change);
    } else if (const auto change = board_.stopped_typing(tenant, said.in, said.user)) {
        tell(*change);
    }
}

void hub::take(kernel::peer_id from, tenant_id tenant, const kernel::presence_news& said) {
    for (const auto& one : said.people) {
        // Whoever has the user itself knows better where it is.
        if (one.devices > 0 && !board_.is_here(tenant, one.user)) where_[tenant].people[one.user] = one.in;
        if (const auto change = board_.heard(from, tenant, one, share_lasts)) tell(std::vector{*change});
    }
}

void hub::take(kernel::peer_id from, tenant_id, const kernel::sign_of_life& said) {
    if (said.leaves) {
        neighbours_.left(from);
        tell(board_.lost(from));
    }
    if (said.asks) say_who_is_here(board_.here());
}

void hub::say_what_changed() {
    if (bus_ != nullptr) say_who_is_here(board_.take_changed());
}

void hub::say_who_is_here(std::span<const std::pair<tenant_id, user_id>> who) {
    std::unordered_map<tenant_id, std::pair<kernel::presence_news, std::size_t>> parts;
    for (const auto& [tenant, user] : who) {
        auto& [part, places] = parts[tenant];
        auto& share = part.people.emplace_back(board_.share_of(tenant, user));
        const auto& people = where_[tenant].people;
        if (const auto found = people.find(user); found != people.end() && share.devices > 0)
            share.in.assign(
                found->second.begin(),
                found->second.begin() + static_cast<std::ptrdiff_t>(std::min(found->second.size(), most_places_told)));
        places += share.in.size();
        if (part.people.size() < most_people_at_once && places < most_places_at_once) continue;
        bus_->say(tenant, std::exchange(part, {}));
        places = 0;
    }
    for (auto& [tenant, part] : parts)
        if (!part.first.people.empty()) bus_->say(tenant, std::move(part.first));
}

/// Once a second. What the bus loses is made good by saying it again.
void hub::look_after_neighbours() {
    bus_->say({}, kernel::sign_of_life{});
    for (const auto one : neighbours_.take_silent()) tell(board_.lost(one));
    tell(board_.expire_shares());
    say_what_changed();
    if (++ticks_ % ticks_between_restatements == 0) say_who_is_here(board_.here());
}

}  // namespace parley::transport
