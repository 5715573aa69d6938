// Delivery on one thread: a look-up of the hearers and one queue entry for each.
#include "transport/local_room.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <unordered_set>

namespace parley::transport {
namespace {

constexpr std::size_t most_recent = 1024;
// A queue is bounded in bytes, and a run goes in whole.
constexpr std::size_t longest_run = 32;
constexpr std::size_t heaviest_run = 64 * 1024;
// Passing things are numbered by the microseconds of the clock; nobody goes on from what is older.
constexpr std::size_t most_told = 1024;
constexpr std::chrono::microseconds told_for = std::chrono::seconds{20};

template <class Seat>
void drop(std::vector<Seat*>& all, const Seat* one) {
    std::erase(all, one);
}

/// Whether everybody who hears the one hears the other right after it, and the same frame of it.
bool goes_with(const encoded_event& one, const encoded_event& next) {
    const auto is_everyones = [](const encoded_event& of) {
        return of.what().heard_by == audience::members && of.is_alike_for_all() &&
               of.what().type != "conversation.deleted";
    };
    return is_everyones(one) && is_everyones(next) && one.what().conversation == next.what().conversation &&
           next.what().at == one.what().at + 1;
}

/// About the bytes of its frame.
std::size_t weight(const encoded_event& of) {
    const auto& view = of.what().view;
    return 512 + (view.body == nullptr ? 0 : view.body->text.size());
}

shared_run together(std::span<const std::shared_ptr<const encoded_event>> all) {
    std::vector<shared_frame> frames;
    for (const auto& one : all) frames.push_back(one->frame_for({}, false));
    return std::make_shared<const frame_run>(std::move(frames));
}

bool was_told(const event& what, user_id reader) { return std::ranges::binary_search(what.hearers, reader); }

}  // namespace

void local_room::hear(tenant_id tenant, const batch& said) {
    auto& room = rooms_[tenant];
    try {
        mend(room);
        say(room, said);
    } catch (...) {
        // Some have been given something, others have not; who comes now has to have read all of it.
        room.is_torn = are_torn_ = true;
        if (!said.empty()) room.last = std::max(room.last, said.back()->what().at);
        throw;
    }
}

void local_room::say(tenant_room& room, const batch& said) {
    for (std::size_t i = 0; i < said.size();) {
        if (!notice(room, said[i])) {
            ++i;
            continue;
        }
        const auto first = i++;
        for (auto bytes = weight(*said[first]); i < said.size() && goes_with(*said[i - 1], *said[i]); ++i) {
            bytes += weight(*said[i]);
            if (i - first == longest_run || bytes > heaviest_run) break;
            static_cast<void>(notice(room, said[i]));
        }
        if (room.seats.empty()) continue;
        if (i - first > 1)
            give_run(room, std::span(said).subspan(first, i - first));
        else
            give_to_hearers(room, *said[first]);
    }
}

/// False for what was heard before.
bool local_room::notice(tenant_room& room, const std::shared_ptr<const encoded_event>& one) {
    const auto at = one->what().at;
    if (at <= room.last) return false;
    if (room.last != unknown && at != room.last + 1) {
        // Positions have no holes, so something was said that did not come here.
        break_off(room);
    }
    room.last = at;
    if (room.expected > 0) {
        room.recent.push_back(one);
        if (room.recent.size() > most_recent) room.recent.pop_front();
    } else if (!room.recent.empty()) {
        room.recent.clear();
    }
    return true;
}

/// The log has what is missing here. Needs no memory of its own, because that may be why it is missing.
void local_room::break_off(tenant_room& room) {
    room.recent.clear();
    for (auto at = room.seats.begin(); at != room.seats.end();) {
        auto* who = at->second.whose;
        ++at;  // first, because it may leave
        who->lost_the_thread();
    }
}

void local_room::mend(tenant_room& room) {
    if (!room.is_torn) return;
    break_off(room);
    room.is_torn = false;
}

void local_room::mend() {
    if (!are_torn_) return;
    for (auto& [tenant, room] : rooms_) mend(room);
    are_torn_ = false;
}

/// In a busy conversation most of what a commit brings goes to the same people: looked up once, and one entry in each
/// of their queues.
void local_room::give_run(tenant_room& room, run all) {
    const auto& first = all.front()->what();
    const auto found = room.members.find(first.conversation);
    if (found == room.members.end()) return;
    const auto hearers = found->second;  // copied, because a listener may leave while it is given something
    shared_run frames;
    for (auto* where : hearers) {
        auto& who = *where->whose;
        const bool heard_some = first.at <= where->at;
        if (heard_some || !where->hears.hears(first, [](user_id) { return false; })) {
            give_one_by_one(room, &who, all);
            continue;
        }
        where->at = all.back()->what().at;
        if (!frames) frames = together(all);
        who.deliver(frames);
    }
}

/// Whoever has come between them, or hears some of them only. The seat is looked up each time, as hearing may end it.
void local_room::give_one_by_one(tenant_room& room, listener* who, run all) {
    for (const auto& one : all)
        if (const auto found = room.seats.find(who); found != room.seats.end()) give(room, found->second, *one);
}

void local_room::give_to_hearers(tenant_room& room, const encoded_event& one) {
    const auto& what = one.what();
    // Copied, because following an event changes the lists, and a listener may leave while it is given one.
    std::vector<seat*> hearers;
    const auto add = [&hearers](const auto& lists, auto key) {
        if (const auto found = lists.find(key); found != lists.end())
            hearers.insert(hearers.end(), found->second.begin(), found->second.end());
    };
    switch (what.heard_by) {
        case audience::members:
            add(room.members, what.conversation);
            break;
        case audience::user:
            add(room.users, what.user);
            break;
        case audience::reviewers:
            add(room.members, what.conversation);
            std::erase_if(hearers, [&](const seat* where) { return where->hears.id() == what.user; });
            add(room.users, what.user);
            break;
        case audience::contacts:
            add(room.users, what.user);
            for (const auto who : what.hearers)
                if (who != what.user) add(room.users, who);
            break;
        case audience::entitled:
            for (auto& [who, where] : room.seats)
                if (where.hears.hears(what, [](user_id) { return false; })) hearers.push_back(&where);
            break;
    }
    for (auto* where : hearers) give(room, *where, one);
    if (what.type == "conversation.deleted") room.members.erase(what.conversation);
}

void local_room::give(tenant_room& room, seat& where, const encoded_event& one) {
    const auto& what = one.what();
    if (what.at <= where.at) return;
    where.at = what.at;
    auto& who = *where.whose;
    if (what.heard_by == audience::user) follow(room, where, what);
    const auto reader = where.hears.id();
    const bool hears = where.hears.hears(what, [&](user_id) { return was_told(what, reader); });
    // Looked up where it makes a difference, which is seldom.
    const bool sees_authors = !one.is_alike_for_all() && where.hears.reader_in(what.conversation).sees_authors;
    // The last use of the seat: what follows may end it.
    if (hears) who.deliver(one.frame_for(reader, sees_authors));
    if (what.type == "user.updated" && what.user == reader) who.account_changed();
}

void local_room::follow(tenant_room& room, seat& where, const event& what) {
    // Who joins is given what was said since, also what is others' own.
    if (what.user != where.hears.id()) return;
    where.hears.follow(what);
    if (what.type == "conversation.joined") {
        auto& all = room.members[what.conversation];
        if (std::ranges::find(all, &where) == all.end()) all.push_back(&where);
        where.whose->memberships_changed();
    }
    if (what.type == "conversation.left") {
        if (const auto found = room.members.find(what.conversation); found != room.members.end()) {
            drop(found->second, static_cast<const seat*>(&where));
            if (found->second.empty()) room.members.erase(found);
        }
        where.whose->memberships_changed();
    }
}

void local_room::expect(tenant_id tenant) { ++rooms_[tenant].expected; }

void local_room::expect_no_more(tenant_id tenant) { --rooms_[tenant].expected; }

void local_room::take_seat(tenant_room& room, seat taken) {
    const auto* whose = taken.whose;
    auto& where = room.seats.insert_or_assign(whose, std::move(taken)).first->second;
    for (const auto& [in, since] : where.hears.conversations()) room.members[in].push_back(&where);
    room.users[where.hears.id()].push_back(&where);
}

bool local_room::join(tenant_id tenant, listener& who, kernel::hearing hears, position at) {
    auto& room = rooms_[tenant];
    mend(room);
    const bool known = room.last <= at || (!room.recent.empty() && room.recent.front()->what().at <= at + 1);
    if (!known) return false;
    // From here on a gap is noticed, also when nothing was heard before it.
    if (room.last == unknown) room.last = at;
    try {
        take_seat(room, {&who, std::move(hears), at});
        // What was said between the log's answer and now. Copied, and the seat looked up each time, because hearing may
        // end it.
        const auto said = room.recent;
        for (const auto& one : said)
            if (const auto found = room.seats.find(&who); found != room.seats.end()) give(room, found->second, *one);
    } catch (...) {
        leave(tenant, who);  // whoever is told that it failed has no seat
        throw;
    }
    return true;
}

void local_room::leave(tenant_id tenant, listener& who) {
    const auto found_room = rooms_.find(tenant);
    if (found_room == rooms_.end()) return;
    auto& room = found_room->second;
    const auto found = room.seats.find(&who);
    if (found == room.seats.end()) return;
    const seat* where = &found->second;
    for (const auto& [in, since] : where->hears.conversations())
        if (const auto all = room.members.find(in); all != room.members.end()) {
            drop(all->second, where);
            if (all->second.empty()) room.members.erase(all);
        }
    if (const auto own = room.users.find(where->hears.id()); own != room.users.end()) {
        drop(own->second, where);
        if (own->second.empty()) room.users.erase(own);
    }
    room.seats.erase(found);
    if (room.seats.empty() && room.expected == 0) room.recent.clear();
}

void local_room::take_rights(tenant_id tenant, const listener& who, const kernel::ear& fresh) {
    const auto room = rooms_.find(tenant);
    if (room == rooms_.end()) return;
    if (const auto found = room->second.seats.find(&who); found != room->second.seats.end())
        found->second.hears.take_rights(fresh);
}

const local_room::seat* local_room::find_seat(tenant_id tenant, const listener& who) const {
    const auto room = rooms_.find(tenant);
    if (room == rooms_.end()) return nullptr;
    const auto found = room->second.seats.find(&who);
    return found == room->second.seats.end() ? nullptr : &found->second;
}

std::vector<conversation_id> local_room::conversations_of(tenant_id tenant, const listener& who) const {
    std::vector<conversation_id> all;
    if (const auto* where = find_seat(tenant, who))
        for (const auto& [in, since] : where->hears.conversations()) all.push_back(in);
    return all;
}

bool local_room::hears(tenant_id tenant, const listener& who, conversation_id in) const {
    const auto* where = find_seat(tenant, who);
    return where != nullptr && where->hears.conversations().contains(in);
}

bool local_room::is_told_in(const tenant_room* room, const passing_news& said, conversation_id in) {
    if (room == nullptr) return true;
    const auto found = room->members.find(in);
    return found == room->members.end() || found->second.size() <= said.most;
}

void local_room::tell(const passing_news& said) {
    told_.push_back(said);
    while (told_.size() > most_told || told_.front().number < said.number - told_for.count()) told_.pop_front();
    const auto room = rooms_.find(said.tenant);
    if (room == rooms_.end()) return;
    std::unordered_set<listener*> hearers;
    for (const auto one : *said.in)
        if (const auto found = room->second.members.find(one);
            found != room->second.members.end() && is_told_in(&room->second, said, one))
            for (const auto* where : found->second)
                if (where->hears.id() != said.except) hearers.insert(where->whose);
    for (auto* who : hearers) who->deliver(said.frame);
}

std::vector<shared_frame> local_room::told_since(std::int64_t number, tenant_id tenant, user_id who,
                                                 std::span<const conversation_id> in) const {
    std::vector<shared_frame> found;
    const auto at = rooms_.find(tenant);
    const auto* room = at == rooms_.end() ? nullptr : &at->second;
    const auto from = std::ranges::upper_bound(told_, number, {}, &passing_news::number);
    for (const auto& said : std::ranges::subrange(from, told_.end())) {
        if (said.tenant != tenant || said.except == who) continue;
        if (std::ranges::any_of(*said.in, [&](conversation_id one) {
                return std::ranges::find(in, one) != in.end() && is_told_in(room, said, one);
            }))
            found.push_back(said.frame);
    }
    return found;
}

std::size_t local_room::listeners() const {
    std::size_t count = 0;
    for (const auto& [tenant, room] : rooms_) count += room.seats.size();
    return count;
}

}  // namespace parley::transport
