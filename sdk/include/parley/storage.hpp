// The plugin's own database: `co_await call.storage(work, events...)` runs work in one transaction on a thread of its
// own.
//
//     const auto count = co_await call.storage([&](odb::database& db) { ...; return count; });
//     co_await call.storage([&](sdk::transaction& t) { t.db().persist(row); t.say("poll.voted", vote, {.conversation =
//     c}); });
//
// Rows and events are committed together; the events are in the tenant's log soon after, each once. Work that gives an
// error is rolled back. Work may run more than once, when another server was in the way: it does nothing but read and
// write through the database. Nothing in it may wait. On PostgreSQL a transaction is "repeatable read", on SQLite it is
// the only one that writes. A coroutine goes on on the storage thread: what takes long afterwards holds up other
// transactions.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "parley/odb.hpp"
#include "parley/plugin.hpp"

namespace parley::sdk {

/// What an event is about and who hears it; nothing where plugin.yaml says `heard_with`. since 1.0
struct about {
    id conversation{};  ///< its members hear the event
    id user{};          ///< without a conversation: this user alone hears it
    id message{};       ///< what it is about
};

/// An event that is to be said with a commit. Its type stands under `says` in plugin.yaml. since 1.0
class saying {
public:
    template <class Data>
    saying(std::string_view type, const Data& data, const sdk::about& what)
        : type(type), data(detail::text_of(data)), what(what) {}

    std::string type;
    std::string data;
    sdk::about what;
};

/// A transaction of the plugin's database. since 1.0
class transaction {
public:
    transaction(odb::database& db, id tenant) : db_(db), tenant_(tenant) {}
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    [[nodiscard]] odb::database& db() const { return db_; }

    /// Says an event, if the transaction is committed.
    template <class Data>
    void say(std::string_view type, const Data& data, const about& what = {}) {
        say(saying(type, data, what));
    }
    void say(const saying& what) {
        db_.execute(
            "INSERT INTO parley_outbox (tenant, type, conversation, user_id, about, data, created_at) VALUES (" +
            tenant_.text() + ", " + quoted(what.type) + ", " + what.what.conversation.text() + ", " +
            what.what.user.text() + ", " + what.what.message.text() + ", " + quoted(what.data) + ", " +
            std::to_string(now()) + ")");
        ++said_;
    }
    [[nodiscard]] bool has_said() const { return said_ > 0; }

private:
    /// An SQL literal. JSON text has no zero byte, and both databases read backslashes as they are.
    [[nodiscard]] static std::string quoted(std::string_view text) {
        std::string made = "'";
        for (const char c : text) made.append(c == '\'' ? 2 : 1, c);
        return made + "'";
    }

    odb::database& db_;
    id tenant_;
    int said_ = 0;
};

namespace detail {

enum class trouble : std::uint8_t {
    lost = 1,  ///< the connection or the database behind it is gone
    busy,      ///< somebody else was in the way
    rule,      ///< a constraint; also what a race with another server looks like
    other      ///< a mistake of the plugin
};

[[nodiscard]] inline trouble classify_state(const std::string& state) {
    if (state.empty() || state == "?????") return trouble::lost;
    if (state == "57014" || state == "55P03" || state == "40001" || state == "40P01") return trouble::busy;
    if (state == "25006" || state == "25P03") return trouble::lost;
    const auto group = state.substr(0, 2);
    if (group == "08" || group == "53" || group == "57" || group == "58") return trouble::lost;
    return group == "23" ? trouble::rule : trouble::other;
}

[[nodiscard]] inline trouble classify_code(int code) {
    switch (code & 0xff) {
        case 5:  // SQLITE_BUSY
        case 6:  // SQLITE_LOCKED
        case 9:  // SQLITE_INTERRUPT
            return trouble::busy;
        case 3:   // SQLITE_PERM
        case 8:   // SQLITE_READONLY
        case 10:  // SQLITE_IOERR
        case 11:  // SQLITE_CORRUPT
        case 13:  // SQLITE_FULL
        case 14:  // SQLITE_CANTOPEN
        case 26:  // SQLITE_NOTADB
            return trouble::lost;
        case 19:  // SQLITE_CONSTRAINT
            return trouble::rule;
        default:
            return trouble::other;
    }
}

/// What a database's exception means for what to do next. A connection that died is reported in several ways, so
/// callers also ask the connection itself.
[[nodiscard]] inline trouble classify(const std::exception& thrown) {
    if (dynamic_cast<const odb::connection_lost*>(&thrown) != nullptr) return trouble::lost;
    if (dynamic_cast<const odb::recoverable*>(&thrown) != nullptr) return trouble::busy;
    if (dynamic_cast<const odb::object_already_persistent*>(&thrown) != nullptr) return trouble::rule;
    if (const auto* pg = dynamic_cast<const odb::pgsql::database_exception*>(&thrown))
        return classify_state(pg->sqlstate());
    if (const auto* lite = dynamic_cast<const odb::sqlite::database_exception*>(&thrown))
        return classify_code(lite->error());
    return trouble::other;
}

/// Hears of each statement before it is sent, and ends the connection's use when the last answer never came: libpq
/// reports then that it could not wait, but what is asked next gets that answer. ODB does not look at what comes of
/// letting go of a query's statement, so the next query would find nothing where there is something.
class step_keeper final : public odb::pgsql::tracer {
public:
    static void require(odb::pgsql::connection& on) {
        if (*PQerrorMessage(on.handle()) != '\0') give_up(on);
    }
    [[noreturn]] static void give_up(odb::pgsql::connection& on) {
        on.mark_failed();
        throw odb::connection_lost();
    }
    void prepare(odb::pgsql::connection& on, const odb::pgsql::statement&) override { require(on); }
    void execute(odb::pgsql::connection& on, const odb::pgsql::statement&) override { require(on); }
    void execute(odb::pgsql::connection& on, const char*) override { require(on); }
};

/// A transaction whose end is known by the connection's state, since the answer may be one to what was asked before.
/// ODB's own would take that for a commit, and end the process over it in a rollback.
class postgresql_transaction final : public odb::pgsql::transaction_impl {
public:
    using transaction_impl::transaction_impl;
    void commit() override {
        step_keeper::require(connection());
        end("COMMIT");
    }
    void rollback() override { end("ROLLBACK"); }

private:
    void end(const char* how) {
        auto* handle = connection().handle();
        PGresult* answer = PQexec(handle, how);
        const bool good = PQresultStatus(answer) == PGRES_COMMAND_OK || PQresultStatus(answer) == PGRES_TUPLES_OK;
        const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
        const std::string sqlstate = state == nullptr ? "?????" : state;
        PQclear(answer);
        if (!good) throw odb::pgsql::database_exception(sqlstate, PQerrorMessage(handle));
        if (PQtransactionStatus(handle) != PQTRANS_IDLE) step_keeper::give_up(connection());
    }
};

/// The one connection of the storage thread: made when it is needed, thrown away when it is found dead. ODB's own pool
/// hands out connections that died with the server's last restart.
class connection {
public:
    explicit connection(const parley_database& where) : kind_(where.kind), schema_(view(where.schema)) {
        const std::string place(view(where.where));
        if (kind_ == PARLEY_SQLITE) {
            // READWRITE, NOMUTEX, PRIVATECACHE: the file is there, one thread uses it, and no table locks are shared.
            constexpr int flags = 0x2 | 0x8000 | 0x40000;
            db_ = std::make_unique<odb::sqlite::database>(place, flags, false, "",
                                                          std::make_unique<odb::sqlite::new_connection_factory>());
        } else {
            db_ = std::make_unique<odb::pgsql::database>(place, std::make_unique<odb::pgsql::new_connection_factory>());
        }
    }

    [[nodiscard]] odb::database& db() const { return *db_; }
    void drop() { open_.reset(); }

    [[nodiscard]] odb::transaction_impl* begin() {
        if (open_ && !is_idle()) drop();
        if (open_) {
            try {
                return begin_now();
            } catch (const std::exception& thrown) {
                if (classify(thrown) != trouble::lost && is_idle()) throw;
                drop();
            }
        }
        open_ = db_->connection();
        try {
            prepare();
            return begin_now();
        } catch (...) {
            drop();
            throw;
        }
    }

    /// Alive, and in no transaction.
    [[nodiscard]] bool is_idle() const {
        if (kind_ == PARLEY_SQLITE) return true;
        return !is_dead() && PQtransactionStatus(handle()) == PQTRANS_IDLE;
    }
    [[nodiscard]] bool is_dead() const {
        return open_ && kind_ == PARLEY_POSTGRESQL &&
               (PQstatus(handle()) != CONNECTION_OK || static_cast<odb::pgsql::connection&>(*open_).failed());
    }
    /// Whether COMMIT can succeed: PostgreSQL answers COMMIT of a failed transaction with a silent rollback.
    [[nodiscard]] bool can_commit() const {
        return kind_ == PARLEY_SQLITE || PQtransactionStatus(handle()) == PQTRANS_INTRANS;
    }

private:
    [[nodiscard]] PGconn* handle() const { return static_cast<odb::pgsql::connection&>(*open_).handle(); }

    [[nodiscard]] odb::transaction_impl* begin_now() {
        if (kind_ == PARLEY_SQLITE) return static_cast<odb::sqlite::connection&>(*open_).begin_immediate();
        auto& mapped = static_cast<odb::pgsql::connection&>(*open_);
        return new postgresql_transaction(odb::pgsql::connection_ptr(odb::details::inc_ref(&mapped)));
    }
    void prepare() {
        if (kind_ == PARLEY_SQLITE) {
            for (const char* one :
                 {"PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = ON"})
                open_->execute(one);
            return;
        }
        PQsetNoticeProcessor(handle(), [](void*, const char*) {}, nullptr);
        static_cast<odb::pgsql::connection&>(*open_).tracer(keeper_);
        open_->execute("SET search_path TO \"" + schema_ + "\"");
        for (const char* one :
             {"SET default_transaction_isolation = 'repeatable read'", "SET statement_timeout = 10000",
              "SET lock_timeout = 10000", "SET idle_in_transaction_session_timeout = 10000",
              "SET standard_conforming_strings = on"})
            open_->execute(one);
    }

    std::uint32_t kind_;
    std::string schema_;
    step_keeper keeper_;
    std::unique_ptr<odb::database> db_;
    odb::connection_ptr open_;
};

/// A piece of work in the queue. Lives in the frame of the coroutine that waits for it.
struct storage_work {
    virtual void run(connection&) = 0;

protected:
    ~storage_work() = default;
};

/// The storage thread.
class storage_thread final : public stoppable {
public:
    /// Null when the host keeps no database for this plugin. Started by its first use.
    [[nodiscard]] static storage_thread* of(runtime& home) {
        const std::lock_guard one_at_a_time(stoppables_lock());
        if (the_one() == nullptr && home.storage != nullptr) {
            const auto* where = home.storage->database(home.host);
            if (where == nullptr) return nullptr;
            auto made = std::unique_ptr<storage_thread>(new storage_thread(*where));
            the_one() = made.get();
            stoppables().push_back(std::move(made));
        }
        return the_one();
    }
    ~storage_thread() override {
        stop();
        the_one() = nullptr;
    }

    /// False after stop.
    [[nodiscard]] bool post(storage_work& work) {
        const std::lock_guard lock(lock_);
        if (stopped_) return false;
        queue_.push_back(&work);
        wake_.notify_one();
        return true;
    }
    /// Finishes what is running; what waits is dropped with the coroutines that wait for it.
    void stop() override {
        {
            const std::lock_guard lock(lock_);
            if (stopped_) return;
            stopped_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }

private:
    explicit storage_thread(const parley_database& where) : connection_(where), thread_([this] { work(); }) {}

    [[nodiscard]] static storage_thread*& the_one() {
        static storage_thread* one = nullptr;
        return one;
    }

    void work() {
        for (;;) {
            storage_work* next = nullptr;
            {
                std::unique_lock lock(lock_);
                wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
                if (stopped_) break;
                next = queue_.front();
                queue_.pop_front();
            }
            next->run(connection_);
        }
        connection_.drop();
    }

    connection connection_;
    std::mutex lock_;
    std::condition_variable wake_;
    std::deque<storage_work*> queue_;
    bool stopped_ = false;
    std::thread thread_;
};

template <class Work>
auto call_work(Work& work, transaction& in) {
    if constexpr (std::is_invocable_v<Work&, transaction&>) {
        return work(in);
    } else {
        static_assert(std::is_invocable_v<Work&, odb::database&>,
                      "work takes an odb::database& or a sdk::transaction&");
        return work(in.db());
    }
}
template <class Work>
using work_gives = decltype(call_work(std::declval<Work&>(), std::declval<transaction&>()));

template <class T>
struct stored {
    using type = T;
};
template <class T>
struct stored<result<T>> {
    using type = T;
};

/// One try: committed, or thrown, or rolled back with the error that the work gave.
template <class Work, class T = typename stored<work_gives<Work>>::type>
[[nodiscard]] result<T> try_once(connection& on, id tenant, Work& work, const std::vector<saying>& events,
                                 bool& committing) {
    odb::transaction held(on.begin());
    transaction in(on.db(), tenant);
    const auto finish = [&] {
        for (const auto& one : events) in.say(one);
        if (!on.can_commit()) throw std::runtime_error("the transaction failed and cannot be committed");
        committing = true;
        held.commit();
        if (in.has_said()) here().storage->committed(here().host);
    };
    using gives = work_gives<Work>;
    if constexpr (std::is_void_v<gives>) {
        call_work(work, in);
        finish();
        return {};
    } else {
        gives made = call_work(work, in);
        if constexpr (is_result<gives>)
            if (!made) return std::move(made.error());  // and so rolled back
        finish();
        return made;
    }
}

template <class Work, class T = typename stored<work_gives<Work>>::type>
[[nodiscard]] result<T> transact(connection& on, id tenant, Work& work, const std::vector<saying>& events) {
    constexpr int most_tries = 5;
    for (int tried = 1;; ++tried) {
        bool committing = false;
        trouble what{};
        std::string sentence;
        try {
            return try_once(on, tenant, work, events, committing);
        } catch (const std::exception& thrown) {
            what = classify(thrown);
            sentence = thrown.what();
        } catch (...) {
            return failed("something that is no std::exception was thrown in storage work");
        }
        if (on.is_dead()) what = trouble::lost;  // it also shows as a std::logic_error of libodb's
        if (what == trouble::other) return failed(sentence);
        log::debug("a transaction did not succeed", {{"tried", tried}, {"why", sentence}});
        // Whether a commit whose answer got lost took place is not known, so it is not made again.
        const bool is_unsure = committing && what == trouble::lost;
        if (tried == most_tries || is_unsure) {
            if (what == trouble::rule) return conflict("conflict", "This contradicts what is already stored.");
            log::warning("the plugin's database does not work", {{"why", sentence}});
            return unavailable("database_unavailable", "The database is not available; try again.");
        }
        if (what == trouble::lost) on.drop();
        std::this_thread::sleep_for(std::chrono::milliseconds(5 << tried));
    }
}

template <class Work, on_error Mode, class T = typename stored<work_gives<std::remove_reference_t<Work>>>::type>
class [[nodiscard]] storing : public awaiter<T, Mode>, private storage_work {
public:
    storing(id tenant, Work work, std::vector<saying> events)
        : tenant_(tenant), work_(std::forward<Work>(work)), events_(std::move(events)) {}
    storing(storing&&) noexcept = default;

    template <class Promise>
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) {
        return this->suspend(waiter, [&] {
            auto* thread = storage_thread::of(here());
            if (thread == nullptr)
                this->ended(failed("the host keeps no database for this plugin: plugin.yaml needs `storage: true`"));
            else if (!thread->post(*this))
                this->ended(unavailable("stopping", "The server is stopping."));
        });
    }
    /// To be awaited for a result<T>, instead of ending with the error.
    [[nodiscard]] auto as_result() && {
        return storing<Work, on_error::look>(tenant_, std::forward<Work>(work_), std::move(events_));
    }

private:
    void run(connection& on) override { this->ended(transact(on, tenant_, work_, events_)); }

    id tenant_;
    Work work_;
    std::vector<saying> events_;
};

}  // namespace detail

template <class Work, class... Events>
auto scope::storage(Work&& work, Events&&... events) const {
    static_assert(detail::is_safe_closure<Work>, PARLEY_HAZARD_SENTENCE);
    std::vector<saying> all;
    (all.push_back(std::forward<Events>(events)), ...);
    return detail::storing<Work, detail::on_error::end>(tenant, std::forward<Work>(work), std::move(all));
}

}  // namespace parley::sdk
