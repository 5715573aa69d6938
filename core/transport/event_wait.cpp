// Look, listen, look once more, answer.
#include "transport/event_wait.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "kernel/present.hpp"
#include "kernel/sessions.hpp"
#include "transport/gatekeeper.hpp"
#include "transport/hub.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace json = boost::json;

json::object present(const kernel::event_page& page) {
    auto body =
        listed("events", page.events, [&](const event& one) { return kernel::present(one, page.reader_of(one)); });
    body["upto"] = page.upto;
    body["log_end"] = page.log_end;
    body["more"] = page.upto < page.log_end;
    return body;
}

event_wait::event_wait(hub& room, unsigned thread, call it)
    : room_(room), thread_(thread), it_(std::move(it)), since_(it_.in.integer("since", 0)) {}

local_room& event_wait::local() const { return room_.room(thread_); }

/// What it throws, for want of memory, ends the wait: nothing else would wake it.
template <class Work>
void event_wait::guarded(Work&& work) {
    try {
        work();
    } catch (...) {
        stop();
        throw;
    }
}

void event_wait::begin(std::chrono::seconds longest) {
    guarded([&] { listen_in(longest); });
}

void event_wait::listen_in(std::chrono::seconds longest) {
    const std::chrono::seconds wanted{it_.in.integer("seconds", longest.count())};
    const auto wait = std::min(wanted, longest);
    until_ = room_.time().now() + wait;
    is_woken_ = wait == std::chrono::seconds{0};
    local().expect(it_.by.tenant);
    expects_ = true;
    heard_ = it_.in.integer("heard", local().told_last());
    room_.keep(thread_, shared_from_this());  // may wake it
    settings_changed();                       // since it was let in, and nobody could tell it
    if (!is_over_) look_into_log();
}

void event_wait::look_into_log() {
    looks_last_ = is_woken_;
    const auto back = [self = shared_from_this()](result<look> made) {
        self->room_.post(self->thread_, [self, made = std::move(made)]() mutable {
            self->guarded([&] { self->take(std::move(made)); });
        });
    };
    it_.with.store.read({.tenant = it_.by.tenant,
                         .run = [self = shared_from_this(), back](kernel::reading& from) { back(self->read(from)); },
                         .failed = [back](error why) { back(std::unexpected(std::move(why))); }});
}

result<event_wait::look> event_wait::read(kernel::reading& from) const {
    const auto& env = it_.with.env;
    // Whoever ended the session after the request was let in could not be heard here yet.
    const auto token = from.find_token(it_.session);
    if (!token || !kernel::is_open(*token, env.time.now()))
        return failure(fault::unauthenticated, "token_invalid", "The session is over.");
    const auto limit = static_cast<int>(it_.in.integer("limit", usual_events));
    auto page = kernel::read_log(env, from, it_.by, since_, limit);
    if (!page) return std::unexpected(page.error());
    look made{.body = present(*page),
              .events = page->events.size(),
              .upto = page->upto,
              .log_end = page->log_end,
              .session_until = std::max(token->ends_at, token->expires_at),
              .in = {},
              .hears = {}};
    for (const auto& [in, since] : page->hears.conversations()) made.in.push_back(in);
    if (made.events > 0 || made.upto < made.log_end) return made;
    auto ear = kernel::open_ear(env, from, it_.by);
    if (!ear) return std::unexpected(ear.error());
    made.hears = std::move(ear->hears);
    return made;
}

boost::json::array event_wait::passing(const look& made) const {
    json::array all;
    for (const auto& one : local().told_since(heard_, it_.by.tenant, it_.by.user, made.in))
        all.push_back(json::parse(one->payload()));
    if (const auto farewell = room_.farewell(thread_)) all.push_back(json::parse(farewell->payload()));
    return all;
}

void event_wait::take(result<look> made) {
    if (is_over_) return;
    if (!made) return end(std::unexpected(std::move(made.error())));
    auto passed = passing(*made);
    if (!is_here_) {
        is_here_ = true;
        room_.asked({it_.by.tenant, it_.by.tenant_name, it_.by.user}, it_.session, std::move(made->in),
                    it_.in.boolean("active").value_or(false) ? hub::doing::something : hub::doing::nothing);
    }
    until_ = std::min(until_, made->session_until);
    if (made->events == 0) since_ = made->upto;
    const bool finds_nothing = made->events == 0 && passed.empty() && !looks_last_;
    if (finds_nothing && (is_woken_ || made->upto < made->log_end)) return look_into_log();
    if (finds_nothing) return listen(std::move(*made));
    made->body["passing"] = std::move(passed);
    made->body["heard"] = local().told_last();
    end(answer{200, std::move(made->body)});
}

void event_wait::listen(look made) {
    // What is said from here on wakes it in a later turn: whoever listens must not leave while it is given something.
    listens_ = true;
    if (local().join(it_.by.tenant, *this, std::move(*made.hears), made.upto)) return;
    listens_ = false;
    look_into_log();
}

void event_wait::settings_changed() {
    if (!is_over_ && !it_.with.env.settings.of(it_.by.tenant_name)->enabled) end(std::unexpected(tenant_disabled()));
}

void event_wait::wake() {
    if (is_woken_ || is_over_) return;
    if (listens_)
        room_.post(thread_, [self = shared_from_this()] {
            if (!self->is_over_) self->guarded([&] { self->look_into_log(); });
        });
    is_woken_ = true;
}

void event_wait::end(result<answer> made) {
    const auto self = shared_from_this();  // which the hub may be the last to hold
    stop();
    it_.reply(std::move(made));
}

void event_wait::stop() {
    if (std::exchange(is_over_, true)) return;
    const auto self = shared_from_this();
    if (listens_) local().leave(it_.by.tenant, *this);
    if (expects_) local().expect_no_more(it_.by.tenant);
    room_.let_go(thread_, self);
    if (is_here_) room_.answered(it_.session);  // last, because it needs memory
}

}  // namespace parley::transport
