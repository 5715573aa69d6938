// Drafts in their lanes, and what becomes of them when somebody never answers.
#include "kernel/judged_message.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <new>
#include <unordered_map>

namespace parley::kernel {

/// One author's drafts one after the other. Nothing is kept of an author who has none.
class author_lanes {
public:
    using work = std::move_only_function<void()>;

    /// Runs it now, or once everybody before it has left; false when too many wait already.
    [[nodiscard]] bool enter(user_id who, work go) {
        {
            const std::scoped_lock held(mutex_);
            const auto [lane, is_new] = lanes_.try_emplace(who);
            if (!is_new) {
                if (lane->second.size() >= judged_messages::most_waiting) return false;
                lane->second.push_back(std::move(go));
                return true;
            }
        }
        go();
        return true;
    }

    /// Lets the next one in, on this thread.
    void leave(user_id who) {
        work next;
        {
            const std::scoped_lock held(mutex_);
            const auto lane = lanes_.find(who);
            if (lane->second.empty()) {
                lanes_.erase(lane);
                return;
            }
            next = std::move(lane->second.front());
            lane->second.pop_front();
        }
        next();
    }

    [[nodiscard]] std::size_t size() const {
        const std::scoped_lock held(mutex_);
        return lanes_.size();
    }

private:
    mutable std::mutex mutex_;
    std::unordered_map<user_id, std::deque<work>> lanes_;
};

namespace {

struct sending {
    using command = send_message_command;
    using answer = sent_message;
    static result<unjudged_message> prepare(const environment& env, reading& from, const caller& by,
                                            const command& wanted) {
        return prepare_message(env, from, by, wanted);
    }
    static std::optional<answer> finished(unjudged_message& one) {
        if (one.before.body == nullptr) return std::nullopt;
        return sent_message{std::move(one.before), true};
    }
    static result<answer> write(const environment& env, writing& w, const caller& by, const command& wanted,
                                const std::optional<judgement>& as) {
        return as ? send_message(env, w, by, wanted, *as) : send_message(env, w, by, wanted);
    }
    static std::string key_of(const command& wanted) { return wanted.client_key; }
};

struct editing {
    using command = edit_message_command;
    using answer = edited_message;
    static result<unjudged_edit> prepare(const environment& env, reading& from, const caller& by,
                                         const command& wanted) {
        return prepare_edit(env, from, by, wanted);
    }
    static std::optional<answer> finished(unjudged_edit& one) {
        if (one.same.view.body == nullptr) return std::nullopt;
        return std::move(one.same);
    }
    static result<answer> write(const environment& env, writing& w, const caller& by, const command& wanted,
                                const std::optional<judgement>& as) {
        return as ? edit_message(env, w, by, wanted, *as) : edit_message(env, w, by, wanted);
    }
    static std::string key_of(const command&) { return {}; }
};

/// One draft. Whoever holds the last reference to one that was not answered answers it.
template <class Kind>
class draft : public std::enable_shared_from_this<draft<Kind>> {
public:
    using done = std::move_only_function<void(result<typename Kind::answer>)>;

    draft(const environment& env, store& rows, caller by, typename Kind::command wanted, done then)
        : env_(env), rows_(rows), by_(std::move(by)), wanted_(std::move(wanted)), then_(std::move(then)) {}
    draft(const draft&) = delete;
    ~draft() {
        try {
            if (!answered_)
                answer(failure(fault::unavailable, "not_judged",
                               "Nobody could say whether this may be written; try again."));
        } catch (const std::bad_alloc&) {
            then_ = nullptr;  // whoever asked is told by that
        }
        leave();
    }

    /// Waits for its turn; where too many wait already, it is answered.
    void line_up(std::shared_ptr<author_lanes> lanes, judges& by) {
        const auto self = this->shared_from_this();
        const bool room = lanes->enter(by_.user, [self, lanes, &by] {
            self->lanes_ = lanes;
            self->read(by);
        });
        if (!room)
            answer(failure(fault::unavailable, "too_many_drafts", "Too many of your messages wait to be looked at."));
    }

    void write() {
        const auto self = this->shared_from_this();
        rows_.write({.tenant = by_.tenant,
                     .author = by_.user,
                     .client_key = Kind::key_of(wanted_),
                     .apply =
                         [self](writing& w) {
                             self->made_.emplace(Kind::write(self->env_, w, self->by_, self->wanted_, self->judged_));
                             return self->made_->has_value();
                         },
                     .finish =
                         [self](std::optional<error> why) {
                             if (why) return self->answer(std::unexpected(std::move(*why)));
                             self->answer(std::move(*self->made_));
                         }});
    }

private:
    void read(judges& by) {
        const auto self = this->shared_from_this();
        rows_.read(
            {.tenant = by_.tenant,
             .run = [self,
                     &by](reading& from) { self->ask(by, Kind::prepare(self->env_, from, self->by_, self->wanted_)); },
             .failed = [self](error why) { self->give_up(std::move(why)); }});
    }

    template <class Prepared>
    void ask(judges& by, Prepared ready) {
        if (!ready) return give_up(std::move(ready.error()));
        if (auto finished = Kind::finished(*ready)) {
            answer(std::move(*finished));
            return leave();
        }
        by.judge(std::move(ready->of),
                 [self = this->shared_from_this()](result<judgement> said) { self->judged(std::move(said)); });
    }

    /// From any thread; the first answer counts.
    void judged(result<judgement> said) {
        if (was_judged_.exchange(true)) return;
        if (!said) return give_up(std::move(said.error()));
        judged_ = std::move(*said);
        write();
        leave();
    }

    void give_up(error why) {
        answer(std::unexpected(std::move(why)));
        leave();
    }

    void answer(result<typename Kind::answer> made) {
        if (!answered_.exchange(true)) then_(std::move(made));
    }

    void leave() {
        if (lanes_ != nullptr && !has_left_.exchange(true)) lanes_->leave(by_.user);
    }

    const environment& env_;
    store& rows_;
    caller by_;
    typename Kind::command wanted_;
    done then_;
    std::shared_ptr<author_lanes> lanes_;  ///< once it was its turn
    std::optional<judgement> judged_;
    std::optional<result<typename Kind::answer>> made_;
    std::atomic<bool> was_judged_ = false;
    std::atomic<bool> answered_ = false;
    std::atomic<bool> has_left_ = false;
};

}  // namespace

judged_messages::judged_messages(const environment& env, store& rows, judges& by)
    : env_(env), rows_(rows), judges_(by), lanes_(std::make_shared<author_lanes>()) {}

void judged_messages::send(caller by, send_message_command wanted,
                           std::move_only_function<void(result<sent_message>)> then) {
    const bool judged = judges_.any(by.tenant_name, "message.send");
    const auto one = std::make_shared<draft<sending>>(env_, rows_, std::move(by), std::move(wanted), std::move(then));
    if (judged) return one->line_up(lanes_, judges_);
    one->write();
}

void judged_messages::edit(caller by, edit_message_command wanted,
                           std::move_only_function<void(result<edited_message>)> then) {
    const bool judged = judges_.any(by.tenant_name, "message.edit");
    const auto one = std::make_shared<draft<editing>>(env_, rows_, std::move(by), std::move(wanted), std::move(then));
    if (judged) return one->line_up(lanes_, judges_);
    one->write();
}

std::size_t judged_messages::lanes() const { return lanes_->size(); }

}  // namespace parley::kernel
