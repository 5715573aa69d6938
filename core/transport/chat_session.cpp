// The commands of a WebSocket, and the way from the log into the room.
#include "transport/chat_session.hpp"

#include <fmt/format.h>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/json_text.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "kernel/follow_log.hpp"
#include "kernel/present_text.hpp"
#include "kernel/sessions.hpp"
#include "transport/operation_catalogue.hpp"
#include "transport/problem.hpp"
#include "transport/run_operation.hpp"
#include "transport/self.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr int log_page = 200;
constexpr std::chrono::milliseconds queue_poll{5};
constexpr std::chrono::seconds activity_every{30};
constexpr std::size_t longest_command_id = 64;
constexpr std::size_t usual_command_bytes = 1024;
// Who goes on asking although told to wait is read no faster than this allows, times the messages under way.
constexpr std::chrono::milliseconds refusal_takes{100};

/// Lives as long as its connection, or as the last answer it waits for. Everything runs on the connection's thread
/// unless a comment says otherwise.
class chat final : public listener, public std::enable_shared_from_this<chat> {
public:
    chat(chat_parts& parts, std::optional<session> who, peer from, arrival at, std::string request_id)
        : parts_(parts),
          who_(std::move(who)),
          from_(std::move(from)),
          arrival_(std::move(at)),
          request_id_(std::move(request_id)) {}

    void open(std::shared_ptr<connection> wire);
    void hear(std::string_view text, std::move_only_function<void()> done);
    void close();

    // listener
    void deliver(const shared_frame& frame) override {
        if (open_) wire_->send(frame);
    }
    void deliver(const shared_run& frames) override {
        if (open_) wire_->send(frames);
    }
    void account_changed() override;
    void memberships_changed() override;
    void lost_the_thread() override { wire_->close(close_code::resume, "resume"); }
    void token_ended(token_id token) override {
        if (who_ && who_->token == token) wire_->close(close_code::policy, "signed out");
    }
    void time_passed(moment now) override {
        if (who_ && now >= who_->until) wire_->close(close_code::policy, "session over");
    }
    void settings_changed() override {
        if (who_ && !parts_.gate.is_open(who_->tenant_name)) wire_->close(close_code::policy, "tenant disabled");
    }

private:
    class answer_ticket;
    struct command {
        std::string id;
        std::string name;
        json::object data;
    };

    [[nodiscard]] result<command> read(std::string_view text) const;
    [[nodiscard]] const operation* find(std::string_view name) const;
    [[nodiscard]] route_class class_of_command(std::string_view name) const;
    [[nodiscard]] result<void> admit(route_class what);
    void obey(command, std::move_only_function<void()> done);
    void authenticate(command, std::move_only_function<void()> done);
    void sign_in(result<session> found, answer_ticket&);
    void greet();
    void take_snapshot(command, std::move_only_function<void()> done);
    void resume(command, std::move_only_function<void()> done);

    struct log_slice {
        kernel::event_page page;
        std::optional<kernel::hearing> hears;
    };
    void read_on(position since, std::move_only_function<void(result<log_slice>)> then);
    void catch_up(position since);
    void take_in(result<log_slice> slice);
    /// Whether the client took the page as fast as it was read.
    enum class pace : std::uint8_t { quick = 1, slow };
    void pour(const std::shared_ptr<log_slice>& slice, std::size_t next, pace so_far);
    void go_live(kernel::hearing hears, position at);
    void end_catching_up();

    void say(std::string_view type, json::object data);
    void answer(const std::string& id, result<transport::answer> made, const std::vector<std::string>& ignored);
    void answer_done(const std::string& id, json::object data = {}) {
        answer(id, transport::answer{200, std::move(data)}, {});
    }
    [[nodiscard]] kernel::caller caller_of(const std::string& command_id) const;
    [[nodiscard]] hub::device device() const { return {who_->tenant, who_->tenant_name, who_->user, wire_->id()}; }
    [[nodiscard]] local_room& room() { return parts_.room.room(wire_->thread()); }
    void note_activity();

    chat_parts& parts_;
    std::optional<session> who_;
    peer from_;
    arrival arrival_;
    std::string request_id_;
    std::shared_ptr<connection> wire_;
    bool open_ = false;
    bool catching_up_ = false;
    bool live_ = false;
    std::optional<position> resume_from_;  ///< asked for while catching up
    moment last_noted_{};
};

/// The answer to one command, given once and from any thread. Whoever lets go of it before says that there is none.
class chat::answer_ticket {
public:
    struct question {
        std::shared_ptr<chat> of;
        std::string id;
        std::vector<std::string> ignored;
        std::move_only_function<void()> done;
    };

    explicit answer_ticket(question what) : what_(std::make_shared<question>(std::move(what))) {}
    answer_ticket(answer_ticket&&) noexcept = default;
    answer_ticket& operator=(answer_ticket&&) = delete;
    ~answer_ticket() {
        if (!what_) return;
        try {
            give(failure(fault::internal, "unanswered", "The command was not answered."));
        } catch (const std::bad_alloc&) {
            auto& wire = *what_->of->wire_;
            if (!wire.is_at_home()) throw;
            wire.close(close_code::internal_error, "no memory");  // so that nobody waits for it
        }
    }

    void give(result<transport::answer> made) {
        if (!what_) return;
        what_->of->wire_->post([what = what_, made = std::move(made)]() mutable { answer(*what, std::move(made)); });
        what_.reset();
    }
    /// On the connection's thread, at once.
    void give_here(result<transport::answer> made) {
        if (const auto what = std::exchange(what_, {})) answer(*what, std::move(made));
    }

private:
    static void answer(question& what, result<transport::answer> made) {
        what.of->answer(what.id, std::move(made), what.ignored);
        what.done();
    }

    std::shared_ptr<question> what_;
};

void chat::open(std::shared_ptr<connection> wire) {
    wire_ = std::move(wire);
    open_ = true;
    parts_.room.opened(wire_->thread(), *this);
    settings_changed();  // since it was let in, and nobody could tell it
    if (who_) return greet();
    parts_.room.later(wire_->thread(), parts_.options.authenticate_within, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self && self->open_ && !self->who_) self->wire_->close(close_code::policy, "authenticate first");
    });
}

void chat::close() {
    if (!open_) return;
    open_ = false;
    parts_.room.closed(wire_->thread(), *this);
    end_catching_up();
    arrival_.seat = {};
    arrival_.users_seat = {};
    if (!std::exchange(live_, false)) return;
    room().leave(who_->tenant, *this);
    parts_.room.went(device());  // last, because it needs memory
}

void chat::say(std::string_view type, json::object data) { deliver(passing_frame(type, {}, std::move(data))); }

kernel::caller chat::caller_of(const std::string& command_id) const {
    auto request = command_id.empty() ? request_id_ : fmt::format("{}/{}", request_id_, command_id);
    if (!who_) return {.tenant = {}, .tenant_name = {}, .user = {}, .request_id = std::move(request)};
    return transport::caller_of(*who_, from_, std::move(request));
}

/// Position, limits and self in one read; an account that was disabled meanwhile does not get in.
void chat::greet() {
    auto shared = std::make_shared<result<json::object>>(json::object{});
    const auto finish = [self = shared_from_this(), shared] {
        self->wire_->post([self, shared] {
            if (!self->open_) return;
            if (!*shared) return self->wire_->close(close_code::policy, shared->error().code);
            self->say("hello", std::move(**shared));
        });
    };
    parts_.with.store.read(
        {.tenant = who_->tenant,
         .run =
             [self = shared_from_this(), shared, finish](kernel::reading& from) {
                 const auto who = kernel::access::authorise(self->parts_.with.env, from, self->caller_of({}));
                 if (!who) {
                     *shared = std::unexpected(who.error());
                     return finish();
                 }
                 // Whoever ended the session while it was looked up could not be heard here yet.
                 const auto row = from.find_token(self->who_->token);
                 if (!row || !kernel::is_open(*row, self->parts_.with.env.time.now())) {
                     *shared = failure(fault::unauthenticated, "token_invalid", "The session is over.");
                     return finish();
                 }
                 const auto limits = self->parts_.with.env.settings.of(self->who_->tenant_name);
                 *shared = json::object{{"user", present_self(*who)},
                                        {"position", from.log_end()},
                                        {"limits", present_limits(*limits)},
                                        {"max_frame_bytes", self->parts_.options.json_bytes},
                                        {"version", version}};
                 finish();
             },
         .failed =
             [self = shared_from_this()](error) {
                 self->wire_->post([self] { self->wire_->close(close_code::service_restart, "unavailable"); });
             }});
}

result<chat::command> chat::read(std::string_view text) const {
    // A command is a dozen small pieces with one life; in one block they are one allocation.
    auto parsed = parse_object(text, {.max_bytes = parts_.options.json_bytes, .max_depth = parts_.options.json_depth},
                               json::make_shared_resource<json::monotonic_resource>(usual_command_bytes));
    if (!parsed) return std::unexpected(parsed.error());
    for (const auto* name : {"id", "command"}) {
        const auto* value = parsed->if_contains(name);
        if (value == nullptr || !value->is_string())
            return invalid("command_invalid", "A command has an id and a command, both texts, and may have data.",
                           name);
    }
    const auto& id = parsed->at("id").get_string();
    if (id.size() > longest_command_id) return invalid("command_invalid", "A command's id has at most 64 bytes.", "id");
    auto* data = parsed->if_contains("data");
    if (data != nullptr && !data->is_object())
        return invalid("command_invalid", "The data of a command is an object.", "data");
    return command{.id = std::string(id),
                   .name = std::string(parsed->at("command").get_string()),
                   .data = data == nullptr ? json::object() : json::object(std::move(data->get_object()))};
}

result<void> chat::admit(route_class what) {
    auto& limits = parts_.gate.limits();
    if (auto may = limits.knock(arrival_.from); !may || !who_) return may;
    if (auto open = parts_.gate.is_open(who_->tenant_name); !open) return open;
    return limits.admit({who_->tenant_name, who_->tenant, who_->user, arrival_.from}, what);
}

/// Null as well for what is not there in this tenant.
const operation* chat::find(std::string_view name) const {
    const auto* found = parts_.with.catalogue.find(name);
    return found != nullptr && who_ && !is_there(*found, who_->tenant_name) ? nullptr : found;
}

/// Commands that are no operations only read; so does what is none at all.
route_class chat::class_of_command(std::string_view name) const {
    const auto* wanted = find(name);
    return wanted == nullptr ? route_class::read : class_of(*wanted);
}

void chat::hear(std::string_view text, std::move_only_function<void()> done) {
    auto asked = read(text);
    if (auto may = admit(asked ? class_of_command(asked->name) : route_class::read); !may) {
        answer(asked ? asked->id : std::string{}, std::unexpected(may.error()), {});
        return parts_.room.later(wire_->thread(), refusal_takes, std::move(done));
    }
    if (!asked) {
        // The id cannot be told, so the client reads a problem that answers nothing in particular.
        answer({}, std::unexpected(asked.error()), {});
        return done();
    }
    if (asked->name == "authenticate") return authenticate(std::move(*asked), std::move(done));
    if (!who_) {
        answer(asked->id, failure(fault::unauthenticated, "not_signed_in", "Authenticate first."), {});
        return done();
    }
    // A program asks for its own sake whether somebody is there; nobody is active by that.
    if (asked->name == "ping") {
        answer_done(asked->id);
        return done();
    }
    note_activity();
    if (asked->name == "resume") return resume(std::move(*asked), std::move(done));
    if (asked->name == "snapshot") return take_snapshot(std::move(*asked), std::move(done));
    obey(std::move(*asked), std::move(done));
}

void chat::authenticate(command asked, std::move_only_function<void()> done) {
    const auto* token = asked.data.if_contains("token");
    if (who_ || token == nullptr || !token->is_string()) {
        answer(asked.id,
               who_ ? failure(fault::conflict, "signed_in", "Somebody is signed in here already.")
                    : invalid("field_missing", "A token is needed.", "token"),
               {});
        return done();
    }
    // Shared, because a read may be done again.
    const auto by = std::make_shared<answer_ticket>(
        answer_ticket::question{shared_from_this(), std::move(asked.id), {}, std::move(done)});
    parts_.who.find_session(token->as_string(), [self = shared_from_this(), by](result<session> found) {
        self->wire_->post([self, by, found = std::move(found)]() mutable { self->sign_in(std::move(found), *by); });
    });
}

void chat::sign_in(result<session> found, answer_ticket& by) {
    if (who_ || !open_)
        return by.give_here(found ? failure(fault::conflict, "signed_in", "Somebody is signed in here already.")
                                  : std::unexpected(found.error()));
    if (found)
        if (auto may = parts_.gate.welcome(arrival_, found->tenant_name, found->tenant, found->user); !may)
            found = std::unexpected(may.error());
    if (!found) {
        const auto why = found.error();
        by.give_here(std::unexpected(why));
        return wire_->close(why.kind == fault::too_many ? close_code::try_again_later : close_code::policy, why.code);
    }
    who_ = std::move(*found);
    by.give_here(transport::answer{200, {}});
    greet();
}

void chat::obey(command asked, std::move_only_function<void()> done) {
    const auto* wanted = find(asked.name);
    if (wanted == nullptr || wanted->over == wires::http_alone) {
        answer(asked.id, failure(fault::not_found, "command_unknown", "There is no such command.", "command"), {});
        return done();
    }
    std::vector<std::string> ignored;
    auto checked = check_input(*wanted, std::move(asked.data), ignored);
    if (!checked) {
        answer(asked.id, std::unexpected(checked.error()), ignored);
        return done();
    }
    if (find_field(*wanted, "cookie") != nullptr && checked->boolean("cookie").value_or(false)) {
        answer(asked.id, invalid("cookie_over_http", "A cookie can be set over HTTP only.", "cookie"), ignored);
        return done();
    }
    auto by = caller_of(asked.id);
    run_operation(
        *wanted,
        {.with = parts_.with,
         .by = std::move(by),
         .session = who_->token,
         .in = std::move(*checked),
         .reply = [by = answer_ticket({shared_from_this(), std::move(asked.id), std::move(ignored), std::move(done)})](
                      result<transport::answer> made) mutable { by.give(std::move(made)); }});
}

void chat::answer(const std::string& id, result<transport::answer> made, const std::vector<std::string>& ignored) {
    json_text out;
    out.begin_object().key("type").text(made ? "answer" : "problem").key("id");
    id.empty() ? out.null() : out.text(id);
    if (made)
        out.key("status").number(made->status).key("data").ready(made->take_text());
    else
        out.key("problem").ready(problem_json(made.error(), caller_of(id).request_id));
    if (!ignored.empty()) out.key("ignored").value(json::array(ignored.begin(), ignored.end()));
    deliver(make_frame(out.end_object().view()));
}

// A snapshot is the operation of that name, and then the log from the snapshot's position.
void chat::take_snapshot(command asked, std::move_only_function<void()> done) {
    const auto* wanted = find("snapshot.get");
    auto caller = caller_of(asked.id);
    const auto by = std::make_shared<answer_ticket>(
        answer_ticket::question{shared_from_this(), std::move(asked.id), {}, std::move(done)});
    run_operation(*wanted, {.with = parts_.with,
                            .by = std::move(caller),
                            .session = who_->token,
                            .in = input(json::object{}),
                            .reply = [self = shared_from_this(), by](result<transport::answer> made) {
                                self->wire_->post([self, by, made = std::move(made)]() mutable {
                                    const auto at =
                                        made ? made->body.at("position").to_number<position>() : position{-1};
                                    by->give_here(std::move(made));
                                    if (at >= 0) self->catch_up(at);
                                });
                            }});
}

void chat::resume(command asked, std::move_only_function<void()> done) {
    const auto* since = asked.data.if_contains("since");
    if (since == nullptr || !since->is_int64() || since->as_int64() < 0) {
        answer(asked.id, invalid("since_invalid", "Resume needs the last position, a number from 0 on.", "since"), {});
        return done();
    }
    read_on(since->as_int64(), [self = shared_from_this(), id = std::move(asked.id),
                                done = std::move(done)](result<log_slice> slice) mutable {
        if (!slice && slice.error().kind == fault::gone) self->say("snapshot_needed", {});
        if (!slice) {
            self->answer(id, std::unexpected(slice.error()), {});
        } else if (self->catching_up_ || self->live_) {
            self->answer(id, failure(fault::conflict, "following", "This connection follows the log already."), {});
        } else {
            self->answer_done(id, {{"log_end", slice->page.log_end}});
            self->catching_up_ = true;
            self->room().expect(self->who_->tenant);
            self->take_in(std::move(slice));
        }
        done();
    });
}

/// One page of the log, and with the last one what is heard from there on, both of the same moment.
void chat::read_on(position since, std::move_only_function<void(result<log_slice>)> then) {
    auto shared = std::make_shared<std::move_only_function<void(result<log_slice>)>>(std::move(then));
    const auto finish = [self = shared_from_this(), shared](result<log_slice> made) {
        self->wire_->post([self, shared, made = std::move(made)]() mutable {
            if (self->open_) (*shared)(std::move(made));
        });
    };
    parts_.with.store.read({.tenant = who_->tenant,
                            .run =
                                [self = shared_from_this(), since, finish](kernel::reading& from) {
                                    const auto by = self->caller_of({});
                                    auto page = kernel::read_log(self->parts_.with.env, from, by, since, log_page);
                                    if (!page) return finish(std::unexpected(page.error()));
                                    log_slice slice{std::move(*page), std::nullopt};
                                    if (slice.page.upto == slice.page.log_end) {
                                        auto ear = kernel::open_ear(self->parts_.with.env, from, by);
                                        if (!ear) return finish(std::unexpected(ear.error()));
                                        slice.hears = std::move(ear->hears);
                                    }
                                    finish(std::move(slice));
                                },
                            .failed = [finish](error why) { finish(std::unexpected(std::move(why))); }});
}

void chat::catch_up(position since) {
    if (!open_ || live_ || catching_up_) return;
    catching_up_ = true;
    room().expect(who_->tenant);
    read_on(since, [self = shared_from_this()](result<log_slice> slice) { self->take_in(std::move(slice)); });
}

void chat::take_in(result<log_slice> slice) {
    if (!slice) {
        end_catching_up();
        // The client has what came so far and goes on from there when it comes back.
        return wire_->close(close_code::resume, slice.error().code);
    }
    pour(std::make_shared<log_slice>(std::move(*slice)), 0, pace::quick);
}

// A slow client must not have a whole page of long messages put into its queue, which would overflow each time anew.
void chat::pour(const std::shared_ptr<log_slice>& slice, std::size_t next, pace so_far) {
    if (!open_) return;
    const auto& page = slice->page;
    for (; next < page.events.size(); ++next) {
        const auto& one = page.events[next];
        auto reader = page.reader_of(one);
        const auto own = one.view.body != nullptr && one.view.body->author == reader.id;
        reader.sees_authors = reader.sees_authors || own;
        const auto text = kernel::present_text(one, reader);
        const auto queued = wire_->queued_bytes();
        if (queued > 0 && queued + text.size() > parts_.options.catch_up_bytes)
            return parts_.room.later(wire_->thread(), queue_poll, [self = shared_from_this(), slice, next] {
                try {
                    self->pour(slice, next, pace::slow);
                } catch (...) {
                    self->lost_the_thread();  // nobody else would go on
                    throw;
                }
            });
        deliver(make_frame(text));
    }
    // After a wait much may have been said since; the log is read in pages, the room gives it all at once.
    if (slice->hears && so_far == pace::quick) return go_live(std::move(*slice->hears), page.upto);
    read_on(page.upto, [self = shared_from_this()](result<log_slice> more) { self->take_in(std::move(more)); });
}

void chat::go_live(kernel::hearing hears, position at) {
    if (!room().join(who_->tenant, *this, std::move(hears), at)) {
        read_on(at, [self = shared_from_this()](result<log_slice> more) { self->take_in(std::move(more)); });
        return;
    }
    if (!open_) return;
    end_catching_up();
    live_ = true;
    say("resumed", {{"position", at}});
    parts_.room.arrived(device(), room().conversations_of(who_->tenant, *this));
}

void chat::end_catching_up() {
    if (!catching_up_) return;
    catching_up_ = false;
    room().expect_no_more(who_->tenant);
}

void chat::memberships_changed() {
    if (live_) parts_.room.moved(device(), room().conversations_of(who_->tenant, *this));
}

void chat::account_changed() {
    parts_.with.store.read(
        {.tenant = who_->tenant,
         .run =
             [self = shared_from_this()](kernel::reading& from) {
                 auto fresh = kernel::open_ear(self->parts_.with.env, from, self->caller_of({}));
                 self->wire_->post([self, fresh = std::move(fresh)] {
                     if (!self->open_) return;
                     if (!fresh) return self->wire_->close(close_code::policy, fresh.error().code);
                     self->room().take_rights(self->who_->tenant, *self, *fresh);
                 });
             },
         // Without knowing the rights nothing more may be shown.
         .failed = [self = shared_from_this()](error) { self->wire_->post([self] { self->lost_the_thread(); }); }});
}

void chat::note_activity() {
    const auto now = parts_.with.env.time.now();
    if (!live_ || now - last_noted_ < activity_every) return;
    last_noted_ = now;
    parts_.room.active(device());
}

/// What the connection owns; the chat itself may live a little longer.
class chat_handler final : public connection_handler {
public:
    explicit chat_handler(std::shared_ptr<chat> it) : it_(std::move(it)) {}
    void on_open(std::shared_ptr<connection> opened) override { it_->open(std::move(opened)); }
    void on_message(std::string_view text, std::move_only_function<void()> done) override {
        it_->hear(text, std::move(done));
    }
    void on_close(std::uint16_t) override { it_->close(); }

private:
    std::shared_ptr<chat> it_;
};

}  // namespace

std::unique_ptr<connection_handler> make_chat_session(chat_parts& parts, std::optional<session> who, peer from,
                                                      arrival at, std::string request_id) {
    return std::make_unique<chat_handler>(
        std::make_shared<chat>(parts, std::move(who), std::move(from), std::move(at), std::move(request_id)));
}

}  // namespace parley::transport
