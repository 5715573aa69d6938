// The way from a commit to the threads, and the passing things that only thread 0 keeps.
#include "transport/hub.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "kernel/present.hpp"
#include "transport/authenticator.hpp"
#include "transport/event_wait.hpp"
#include "transport/http_server.hpp"

namespace parley::transport {
namespace {

constexpr std::chrono::milliseconds answer_goes_first{100};
// A thousand people who come back after a restart would tell each other a million times that they are here. In a crowd
// clients ask for the presence of those they show.
constexpr std::size_t most_told_of_presence = 100;
// Whoever asks for events again and again is here in between; pages that nobody looks at ask every ten seconds.
constexpr std::chrono::seconds asks_again_within{20};
constexpr std::uint64_t is_asker = 1ULL << 63U;  // in a device's number, which connections count from 1

}  // namespace

shared_frame passing_frame(std::string_view type, conversation_id in, boost::json::object data) {
    boost::json::object out{{"type", type}, {"data", std::move(data)}};
    if (in) out["conversation"] = in.text();
    return make_frame(boost::json::serialize(out));
}

hub::hub(const clock& time, const kernel::settings_source& settings)
    : time_(time), settings_(settings), board_(time), neighbours_(time) {}

hub::~hub() = default;

void hub::attach(http_server& wire) {
    wire_ = &wire;
    for (unsigned i = 0; i < wire.threads(); ++i) rooms_.push_back(std::make_unique<local_room>());
    open_.resize(wire.threads());
    waits_.resize(wire.threads());
    farewells_.resize(wire.threads());
}

void hub::start() {
    wire_->post(0, [this] {
        timer_ = std::make_unique<boost::asio::steady_timer>(wire_->context(0));
        arm();
    });
}

/// Ends the process when there is no memory for that: without its clock it would let go of nobody.
void hub::arm() noexcept {
    timer_->expires_after(std::chrono::seconds{1});
    timer_->async_wait([this](boost::system::error_code why) {
        if (why) return;
        arm();
        tick();
    });
}

void hub::drain(std::chrono::milliseconds reconnect_in) {
    const auto hint = passing_frame("server.draining", {}, {{"reconnect_in_ms", reconnect_in.count()}});
    wire_->each_thread([this, hint](unsigned thread) {
        farewells_[thread] = hint;
        const auto all = open_[thread];
        for (auto* one : all) one->deliver(hint);
        if (thread == 0 && timer_) timer_->cancel();
    });
}

void hub::committed(tenant_id tenant, std::span<const std::shared_ptr<const event>> events) {
    auto said = std::make_shared<local_room::batch>();
    said->reserve(events.size());
    for (const auto& one : events) said->push_back(std::make_shared<const encoded_event>(one));
    wire_->each_thread([this, tenant, said](unsigned thread) { rooms_[thread]->hear(tenant, *said); });
    end_sessions(events);
}

/// Whichever process ended them: the log says it to all.
void hub::end_sessions(std::span<const std::shared_ptr<const event>> events) {
    for (const auto& one : events) {
        if (one->type != "session.ended") continue;
        const auto& which = one->data.at("session").as_string();
        if (const auto token = token_id::parse({which.data(), which.size()})) token_ended(*token);
    }
}

void hub::later(unsigned thread, std::chrono::milliseconds wait, std::move_only_function<void()> work) {
    auto timer = std::make_shared<boost::asio::steady_timer>(wire_->context(thread), wait);
    timer->async_wait([timer, work = std::move(work)](boost::system::error_code why) mutable {
        if (!why) work();
    });
}

void hub::post(unsigned thread, std::move_only_function<void()> work) { wire_->post(thread, std::move(work)); }

void hub::opened(unsigned thread, listener& one) { open_[thread].insert(&one); }

void hub::closed(unsigned thread, listener& one) { open_[thread].erase(&one); }

void hub::session_changed(token_id token) {
    if (auto* who = who_.load()) who->forget(token);
}

/// No request passes from now on. The connections end a moment later, so that the answer to the command that ended the
/// session, which is made after its event, still goes out.
void hub::token_ended(token_id token) {
    session_changed(token);
    wire_->post(0, [this, token] {
        if (const auto found = askers_.find(token); found != askers_.end()) found->second.last = {};
    });
    wire_->each_thread([this, token](unsigned thread) {
        later(thread, answer_goes_first, [this, thread, token] {
            const auto all = open_[thread];
            for (auto* one : all) one->token_ended(token);
        });
    });
}

void hub::arrived(device who, std::vector<conversation_id> in) {
    wire_->post(0, [this, who = std::move(who), in = std::move(in)]() mutable {
        auto& there = where_[who.tenant];
        there.tenant_name = who.tenant_name;
        there.people[who.user] = std::move(in);
        tell(board_.arrived(who.tenant, who.user, who.number));
        say_what_changed();
    });
}

void hub::moved(const device& who, std::vector<conversation_id> in) {
    wire_->post(0, [this, tenant = who.tenant, user = who.user, in = std::move(in)]() mutable {
        auto& people = where_[tenant].people;
        const auto found = people.find(user);
        if (found == people.end()) return;
        found->second = std::move(in);
        board_.mark_changed(tenant, user);
        say_what_changed();
    });
}

void hub::active(const device& who) {
    wire_->post(0, [this, who] {
        tell(board_.active(who.tenant, who.user, who.number));
        say_what_changed();
    });
}

void hub::went(const device& who) {
    wire_->post(0, [this, who] {
        tell(board_.went(who.tenant, who.user, who.number));
        say_what_changed();
        if (board_.of(who.tenant, who.user).shown == kernel::presence::offline)
            where_[who.tenant].people.erase(who.user);
    });
}

void hub::wait_for_events(call it) {
    const auto thread = static_cast<unsigned>(static_cast<std::uint64_t>(it.by.user.value) % rooms_.size());
    post(thread,
         [this, wait = std::make_shared<event_wait>(*this, thread, std::move(it))] { wait->begin(longest_wait_); });
}

void hub::keep(unsigned thread, const std::shared_ptr<event_wait>& one) {
    waits_[thread].insert(one);
    opened(thread, *one);
    if (farewells_[thread]) one->deliver(farewells_[thread]);
}

void hub::let_go(unsigned thread, const std::shared_ptr<event_wait>& one) {
    closed(thread, *one);
    waits_[thread].erase(one);
}

void hub::asked(device who, token_id token, std::vector<conversation_id> in, doing what) {
    who.number = is_asker | static_cast<std::uint64_t>(token.value);
    post(0, [this, who = std::move(who), token, in = std::move(in), what]() mutable {
        auto& one = askers_[token];
        ++one.waits;
        const bool is_new = one.who.number == 0;
        one.who = who;
        if (is_new) return arrived(std::move(who), std::move(in));
        moved(who, std::move(in));
        if (what == doing::something) active(who);
    });
}

void hub::answered(token_id token) {
    post(0, [this, token] {
        const auto found = askers_.find(token);
        if (found == askers_.end()) return;
        --found->second.waits;
        found->second.last = time_.now();
    });
}

void hub::miss_askers() {
    for (auto at = askers_.begin(); at != askers_.end();) {
        auto& one = at->second;
        if (one.waits > 0 || time_.now() - one.last < asks_again_within) {
            ++at;
            continue;
        }
        went(one.who);
        at = askers_.erase(at);
    }
}

void hub::choose_presence(tenant_id tenant, user_id user, kernel::presence wanted) {
    wire_->post(0, [this, tenant, user, wanted] {
        tell(board_.choose(tenant, user, wanted));
        say_what_changed();
    });
}

void hub::presence_of(tenant_id tenant, std::vector<user_id> users,
                      std::move_only_function<void(std::vector<seen_presence>)> answer) {
    wire_->post(0, [this, tenant, users = std::move(users), answer = std::move(answer)]() mutable {
        std::vector<seen_presence> seen;
        for (const auto user : users) {
            const auto state = board_.of(tenant, user);
            if (state.shown != kernel::presence::offline) seen.push_back({user, state});
        }
        answer(std::move(seen));
    });
}

void hub::attendance_of(tenant_id tenant, std::move_only_function<void(kernel::presence_board::attendance)> answer) {
    wire_->post(0, [this, tenant, answer = std::move(answer)]() mutable { answer(board_.of(tenant)); });
}

void hub::typing(tenant_id tenant, conversation_id in, user_id user, std::chrono::seconds lasts) {
    wire_->post(0, [this, tenant, in, user, lasts] {
        if (const auto change = board_.typing(tenant, in, user, lasts)) tell(*change);
        // Each time, because each renews it there too.
        if (bus_ != nullptr) bus_->say(tenant, kernel::typing_news{.in = in, .user = user, .lasts = lasts});
    });
}

void hub::stopped_typing(tenant_id tenant, conversation_id in, user_id user) {
    wire_->post(0, [this, tenant, in, user] {
        const auto change = board_.stopped_typing(tenant, in, user);
        if (!change) return;
        tell(*change);
        if (bus_ != nullptr) bus_->say(tenant, kernel::typing_news{.in = in, .user = user});
    });
}

void hub::tell(const std::optional<kernel::presence_change>& change) {
    if (!change) return;
    const auto& people = where_[change->tenant].people;
    const auto found = people.find(change->user);
    if (found == people.end()) return;
    tell({.tenant = change->tenant,
          .in = std::make_shared<const std::vector<conversation_id>>(found->second),
          .except = change->user,
          .frame = passing_frame("presence.changed", {},
                                 {{"user", change->user.text()},
                                  {"presence", kernel::name_of(change->now.shown)},
                                  {"last_active", kernel::present(change->now.last_active)}}),
          .most = most_told_of_presence});
}

void hub::tell(const kernel::typing_change& change) {
    tell({.tenant = change.tenant,
          .in = std::make_shared<const std::vector<conversation_id>>(1, change.conversation),
          .except = change.user,
          .frame = passing_frame(change.started ? "typing.started" : "typing.stopped", change.conversation,
                                 {{"user", change.user.text()}})});
}

/// By the clock, so that who goes on at another server, or after a restart, is understood.
void hub::tell(passing_news said) {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(time_.now().time_since_epoch());
    told_ = std::max(told_ + 1, static_cast<std::int64_t>(now.count()));
    said.number = told_;
    wire_->each_thread([this, said = std::move(said)](unsigned thread) { rooms_[thread]->tell(said); });
}

void hub::tell(const std::vector<kernel::presence_change>& changes) {
    for (const auto& one : changes) {
        tell(std::optional(one));
        if (one.now.shown == kernel::presence::offline) where_[one.tenant].people.erase(one.user);
    }
}

void hub::settings_changed() {
    wire_->each_thread([this](unsigned thread) {
        const auto all = open_[thread];
        for (auto* one : all) one->settings_changed();
    });
}

void hub::tick() {
    wire_->each_thread([this, now = time_.now()](unsigned thread) {
        rooms_[thread]->mend();
        const auto all = open_[thread];
        for (auto* one : all) one->time_passed(now);
    });
    miss_askers();
    for (const auto& ended : board_.expire_typing()) tell(ended);
    for (const auto& [tenant, there] : where_) {
        if (there.tenant_name.empty()) continue;  // everybody is at other servers
        const std::chrono::seconds after{settings_.of(there.tenant_name)->presence.away_after_seconds};
        for (const auto& change : board_.turn_away(tenant, after)) tell(std::optional(change));
    }
    if (bus_ != nullptr) look_after_neighbours();
}

}  // namespace parley::transport
