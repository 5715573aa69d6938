// A host for a plugin's unit tests: no server, no sockets, and a clock that stands until the test moves it.
//
//     parley::testing::fake_host host;                       // the plugin of this program, set up and started
//     host.answer("message.get", {{"id", "5"}});             // what the API will answer
//     const auto got = host.call("reaction.add", {{"message", "5"}, {"emoji", "👍"}});
//     EXPECT_EQ(got.json.at("count"), 1);
//     EXPECT_EQ(host.events().back().type, "reaction.added");
//
// It reads the plugin's manifest and migrations as they are embedded, binds what `setup` registers against them as the
// server does, and keeps a plugin's rows in an SQLite file in a folder that goes away with it. Calls return when they
// are answered; what is not answered within a minute throws.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "parley/plugin.hpp"

#if PARLEY_PLUGIN_STORES
#include <sqlite3.h>
#endif

extern "C" const parley_plugin* parley_plugin_entry_v1(void);
extern "C" __attribute__((visibility("hidden"))) const char parley_plugin_section[];
extern "C" __attribute__((visibility("hidden"))) const char parley_plugin_section_end[];

namespace parley::testing {

namespace json = boost::json;
using sdk::detail::borrow;
using sdk::detail::view;

/// How the plugin answered.
struct answer {
    parley_status status = 0;
    json::object json;
    std::string code;
    std::string sentence;
    std::string field;
    std::optional<std::string> type;  ///< what an amend hook changed
    std::optional<std::string> text;
    std::optional<json::object> data;

    [[nodiscard]] bool ok() const { return status == PARLEY_OK; }
};

/// An event that the plugin said.
struct said {
    std::string type;
    json::object data;
    sdk::id conversation;
    sdk::id user;
    sdk::id about;
};

/// Who asks, and where.
struct asker {
    std::int64_t user = 7;
    std::string username = "ann";
    std::int64_t tenant = 1;
    std::string model{};
};

/// A message on its way.
struct message {
    std::string text;
    std::string type = "text";
    json::object data{};
    std::int64_t message = 0;  ///< of an edit
    std::int64_t conversation = 11;
    std::int64_t author = 7;
    std::string author_name = "ann";
    std::string author_role = "member";
    std::string conversation_kind = "channel";
};

struct log_line {
    std::uint32_t level;
    std::string message;
    json::object fields;
};

struct scheduled {
    std::string job;
    std::string key;
    std::int64_t at;
    json::object input;
};

class fake_host {
public:
    /// `settings` go over the manifest's defaults. Throws with a sentence when a server would refuse the plugin.
    explicit fake_host(json::object settings = {}) : manifest_(read_section()) {
        make_tables();
        make_folder();
        open_database();
        begin_life(std::move(settings));
    }
    /// With a database that the test made, tables and parley_outbox in it; events() does not know of it.
    fake_host(json::object settings, const parley_database& database) : manifest_(read_section()), database_(database) {
        make_tables();
        make_folder();
        begin_life(std::move(settings));
    }
    ~fake_host() {
        stop();
        std::error_code ignored;
        if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    }
    fake_host(const fake_host&) = delete;
    fake_host& operator=(const fake_host&) = delete;

    /// Ends the plugin; calls that were not answered never are.
    void stop() {
        if (self_ != nullptr) life_->stop(std::exchange(self_, nullptr));
    }

    /// New settings, over the manifest's defaults: a new generation of the configuration.
    void set(json::object settings) {
        auto all = defaults();
        for (auto& [name, value] : settings) {
            if (!declared_settings().contains(name))
                throw std::runtime_error("plugin.yaml has no setting " + std::string(name));
            all[name] = std::move(value);
        }
        auto made = std::make_unique<generation>();
        static std::atomic<std::uint64_t> last{0};
        made->text = json::serialize(all);
        made->table = {sizeof(parley_settings), ++last, borrow(made->text)};
        generations_.push_back(std::move(made));
    }

    /// What the API answers to a command from now on, with the rights of the caller and of the plugin alike.
    void answer(std::string command, json::object with) {
        const std::lock_guard lock(lock_);
        scripted_[std::move(command)] = [with](const json::object&) {
            return testing::answer{PARLEY_OK, with, {}, {}, {}, {}, {}, {}};
        };
    }
    void answer(std::string command, std::function<testing::answer(const json::object& input)> with) {
        const std::lock_guard lock(lock_);
        scripted_[std::move(command)] = std::move(with);
    }
    /// The API says no to a command from now on.
    void refuse(std::string command, parley_status status, std::string code) {
        const std::lock_guard lock(lock_);
        scripted_[std::move(command)] = [=](const json::object&) {
            return testing::answer{status, {}, code, "No.", {}, {}, {}, {}};
        };
    }
    /// What another plugin's service answers.
    void serve(std::string service, json::object with) { answer("service " + service, std::move(with)); }

    /// Calls of the plugin.
    testing::answer call(std::string_view command, const json::object& input = {}, const asker& by = {}) {
        return ask(bound_.at("command").find(command), "command", command, input, by);
    }
    testing::answer run(std::string_view job, const json::object& input = {},
                        const asker& by = {.user = 0, .username = {}}) {
        return ask(bound_.at("job").find(job), "job", job, input, by);
    }
    testing::answer ask_service(std::string_view service, const json::object& input = {}, const asker& by = {}) {
        return ask(bound_.at("service").find(service), "service", service, input, by);
    }
    testing::answer change(std::string_view what, const json::object& input = {}, const asker& by = {}) {
        return ask(bound_.at("change").find(what), "change", what, input, by);
    }
    /// The first call of a transfer: {"admit":…} or {"reply":…}. `length` and `type` are what the client says.
    testing::answer begin_transfer(std::string_view name, json::object input = {}, const asker& by = {},
                                   std::int64_t length = -1, std::string_view type = {}) {
        input["transfer"] = json::object{{"phase", "begin"}, {"content_length", length}, {"content_type", type}};
        return call(name, input, by);
    }
    /// The second one: what came of it.
    testing::answer end_transfer(std::string_view name, json::object input, const sdk::received& what,
                                 const asker& by = {}) {
        auto word = sdk::to_json(what).as_object();
        word["phase"] = "end";
        input["transfer"] = std::move(word);
        return call(name, input, by);
    }
    /// Files as a client sends them.
    struct uploaded {
        std::string name;
        std::string bytes;
        std::string type = "application/octet-stream";
        std::string field = "file";
    };
    /// A whole transfer, as the server does it: asked, written, told. The answer is the plugin's last one; what is over
    /// the admitted limits is PARLEY_TOO_LARGE.
    testing::answer upload(std::string_view name, const json::object& input, const std::vector<uploaded>& files,
                           const asker& by = {});
    /// Where the plugin's files are.
    [[nodiscard]] std::filesystem::path files() const { return folder_ / "files"; }

    /// A call that is not waited for; wait() with what this gives.
    parley_reply begin(std::string_view command, const json::object& input = {}, const asker& by = {}) {
        return begin_call(bound_.at("command").find(command), "command", command, input, by);
    }
    [[nodiscard]] bool is_answered(parley_reply reply) const {
        const std::lock_guard lock(lock_);
        return answers_.contains(reply);
    }
    testing::answer wait(parley_reply reply, std::string_view name = "a call") {
        std::unique_lock lock(lock_);
        if (!answered_.wait_for(lock, std::chrono::seconds(60), [&] { return answers_.contains(reply); }))
            throw std::runtime_error(std::string(name) + " was not answered within a minute");
        auto got = std::move(answers_.at(reply));
        answers_.erase(reply);
        return got;
    }
    /// From now on a command of the API is not answered until let_go.
    void hold(std::string command) {
        const std::lock_guard lock(lock_);
        held_commands_.insert(std::move(command));
    }
    /// Answers everything that is held, on this thread, as answer() and refuse() say by now; nothing is held any more.
    /// Gives how many there were.
    std::size_t let_go() {
        std::vector<std::function<void()>> all;
        {
            const std::lock_guard lock(lock_);
            held_commands_.clear();
            all.swap(held_);
        }
        for (const auto& one : all) one();
        return all.size();
    }

    /// An event of the log.
    testing::answer hear(std::string_view type, const json::object& data, std::int64_t conversation = 11) {
        const json::object input{{"position", ++position_},
                                 {"type", type},
                                 {"created_at", "2026-01-01T00:00:00.000000Z"},
                                 {"conversation", std::to_string(conversation)},
                                 {"data", data}};
        return ask(bound_.at("event").find(type), "event", type, input, {.user = 0, .username = {}});
    }
    testing::answer health() {
        return ask(bound_.at("health").find("health"), "health", "health", {}, {.user = 0, .username = {}});
    }

    /// A message through the hooks, amend before check; an edit when it has an id.
    testing::answer send(const message& given, const asker& by = {}) {
        const std::string event = given.message == 0 ? "message.send" : "message.edit";
        auto what = given;
        testing::answer last{PARLEY_OK, {}, {}, {}, {}, {}, {}, {}};
        for (const auto phase : {PARLEY_AMEND, PARLEY_CHECK}) {
            const auto found = hooks_.find({phase, event});
            if (found == hooks_.end()) continue;
            auto got = judge(found->second, what, by);
            if (!got.ok()) return got;
            if (got.type) last.type = what.type = *got.type;
            if (got.text) last.text = what.text = *got.text;
            if (got.data) last.data = what.data = *got.data;
        }
        return last;
    }

    /// What the plugin did.
    [[nodiscard]] std::vector<said> events() const;
    [[nodiscard]] std::vector<log_line> logged() const { return copied(log_); }
    [[nodiscard]] std::vector<scheduled> jobs() const { return copied(scheduled_); }
    [[nodiscard]] std::vector<std::pair<std::string, json::object>> invoked() const { return copied(invoked_); }
    /// {message, PARLEY_OK or PARLEY_REFUSED} of the plugin's own holds.
    [[nodiscard]] std::vector<std::pair<sdk::id, parley_status>> decided() const { return copied(decided_); }
    /// A counter's sum, a gauge's last value, a histogram's number of observations.
    [[nodiscard]] double metric(std::string_view name) const {
        const std::lock_guard lock(lock_);
        for (const auto& one : metrics_)
            if (one.name == name) return one.value;
        throw std::runtime_error("no metric " + std::string(name));
    }
    /// What the plugin did against the ABI: answers that were given twice.
    [[nodiscard]] std::vector<std::string> problems() const { return copied(problems_); }
    /// What it registered a command as: {"permission", "method", "path", "input", "output"}.
    [[nodiscard]] const json::object& command(std::string_view name) const { return commands_.at(std::string(name)); }

    /// Where the plugin's rows are.
    [[nodiscard]] const std::string& database_file() const { return file_; }
    /// The clock, in milliseconds since 1970.
    [[nodiscard]] std::int64_t now() const { return clock_; }
    void advance(std::chrono::milliseconds by) { clock_ += by.count(); }
    [[nodiscard]] const json::object& manifest() const { return manifest_.at("manifest").as_object(); }

private:
    struct generation {
        std::string text;
        parley_settings table{};
    };
    struct bound_call {
        parley_call_function function;
        void* self;
    };
    struct bound_hook {
        parley_message_hook function;
        void* self;
    };
    struct number {
        std::uint32_t kind;
        std::string name;
        double value;
    };
    using calls = std::map<std::string, bound_call, std::less<>>;

    void begin_life(json::object settings) {
        set(std::move(settings));
        const auto* plugin = parley_plugin_entry_v1();
        life_ = static_cast<const parley_plugin_life*>(plugin->extension(borrow(PARLEY_PLUGIN_LIFE)));
        parley_outcome outcome{};
        outcome.size = sizeof(outcome);
        auto* on = reinterpret_cast<parley_registry*>(this);
        if (life_->setup(&host_, on, &self_, &outcome) != PARLEY_OK)
            throw std::runtime_error("setup: " + std::string(view(outcome.sentence)));
        try {
            require_bound();
        } catch (...) {
            life_->stop(self_);
            throw;
        }
        life_->start(self_);
    }
    template <class T>
    [[nodiscard]] T copied(const T& from) const {
        const std::lock_guard lock(lock_);
        return from;
    }
    [[nodiscard]] static fake_host& of(const parley_host* host) { return *static_cast<fake_host*>(host->context); }
    [[nodiscard]] static fake_host& of(parley_registry* on) { return *reinterpret_cast<fake_host*>(on); }
    [[nodiscard]] static json::object object_of(parley_text text) {
        return text.size == 0 ? json::object{} : json::parse(view(text)).as_object();
    }
    [[nodiscard]] static json::object read_section() {
        const std::string_view text(parley_plugin_section,
                                    static_cast<std::size_t>(parley_plugin_section_end - parley_plugin_section));
        return json::parse(text).as_object();
    }
    [[nodiscard]] json::object declared_settings() const {
        const auto* settings = manifest().if_contains("settings");
        return settings != nullptr && settings->is_object() ? settings->as_object() : json::object{};
    }
    [[nodiscard]] json::object defaults() const {
        json::object all;
        for (const auto& [name, rules] : declared_settings())
            if (const auto* value = rules.as_object().if_contains("default")) all[name] = *value;
        return all;
    }

    // --- calling the plugin

    template <class Start>
    parley_reply begin_with(Start start) {
        parley_reply reply = 0;
        {
            const std::lock_guard lock(lock_);
            reply = ++last_reply_;
            open_.insert(reply);
        }
        start(reply);
        return reply;
    }

    testing::answer ask(calls::const_iterator found, const char* kind, std::string_view name, const json::object& input,
                        const asker& by) {
        return wait(begin_call(found, kind, name, input, by), name);
    }

    parley_reply begin_call(calls::const_iterator found, const char* kind, std::string_view name,
                            const json::object& input, const asker& by) {
        if (found == bound_.at(kind).end())
            throw std::runtime_error("no " + std::string(kind) + " " + std::string(name));
        return begin_with([&](parley_reply reply) {
            const auto text = json::serialize(input);
            parley_call call{};
            call.size = sizeof(call);
            call.name = borrow(name);
            call.scope = scope_of(by);
            call.user = by.user;
            call.username = borrow(by.username);
            call.request_id = borrow("test");
            call.input = borrow(text);
            call.deadline = clock_ + 10'000;
            call.caller = by.user == 0 ? 0 : reply;
            found->second.function(found->second.self, &call, reply);
        });
    }

    testing::answer judge(const bound_hook& with, const message& what, const asker& by) {
        const auto asked = begin_with([&](parley_reply reply) {
            const auto data = json::serialize(what.data);
            const auto scope = scope_of(by);
            parley_message_draft draft{};
            draft.size = sizeof(draft);
            draft.message = what.message;
            draft.conversation = what.conversation;
            draft.author = what.author;
            draft.at = clock_;
            draft.conversation_kind = borrow(what.conversation_kind);
            draft.author_name = borrow(what.author_name);
            draft.author_role = borrow(what.author_role);
            draft.type = borrow(what.type);
            draft.text = borrow(what.text);
            draft.data = borrow(data);
            with.function(with.self, &scope, &draft, reply);
        });
        return wait(asked, "a hook");
    }

    [[nodiscard]] parley_scope scope_of(const asker& by) const {
        parley_scope scope{};
        scope.size = sizeof(scope);
        scope.tenant = by.tenant;
        scope.tenant_name = borrow("acme");
        scope.model = borrow(by.model);
        scope.settings = &generations_.back()->table;
        return scope;
    }

    // --- the tables

    void make_tables();
    void make_folder();
    void open_database();
    void require_bound() const;

    static void finish(const parley_host* host, parley_reply reply, const parley_outcome* with) {
        auto& self = of(host);
        testing::answer got{with->status,
                            with->status == PARLEY_OK ? object_of(with->json) : json::object{},
                            std::string(view(with->code)),
                            std::string(view(with->sentence)),
                            std::string(view(with->field)),
                            {},
                            {},
                            {}};
        if (with->amended != nullptr) {
            if (with->amended->type.data != nullptr) got.type = std::string(view(with->amended->type));
            if (with->amended->text.data != nullptr) got.text = std::string(view(with->amended->text));
            if (with->amended->data.data != nullptr) got.data = object_of(with->amended->data);
        }
        const std::lock_guard lock(self.lock_);
        if (self.open_.erase(reply) == 0) {
            self.problems_.push_back("a reply was finished twice, or never was");
            return;
        }
        self.answers_.emplace(reply, std::move(got));
        self.answered_.notify_all();
    }

    void play(const std::string& name, parley_text input, parley_done done, void* context) {
        const auto given = object_of(input);
        {
            const std::lock_guard lock(lock_);
            invoked_.emplace_back(name, given);
            if (held_commands_.contains(name)) {
                held_.push_back([this, name, given, done, context] { finish_play(name, given, done, context); });
                return;
            }
        }
        finish_play(name, given, done, context);
    }
    void finish_play(const std::string& name, const json::object& given, parley_done done, void* context) {
        std::function<testing::answer(const json::object&)> script;
        {
            const std::lock_guard lock(lock_);
            if (const auto found = scripted_.find(name); found != scripted_.end()) script = found->second;
        }
        const auto made =
            script ? script(given)
                   : testing::answer{
                         PARLEY_NOT_FOUND, {}, "not_scripted", "the test says no answer to " + name, {}, {}, {}, {}};
        const auto text = json::serialize(made.json);
        parley_outcome outcome{};
        outcome.size = sizeof(outcome);
        outcome.status = made.status;
        outcome.json = borrow(text);
        outcome.code = borrow(made.code);
        outcome.sentence = borrow(made.sentence);
        outcome.field = borrow(made.field);
        done(context, &outcome);
    }
    /// As the server does: only what the manifest names may be used.
    [[nodiscard]] bool names(std::string_view list, std::string_view name) const {
        const auto* all = manifest().if_contains(list);
        return all != nullptr && all->is_array() &&
               std::any_of(all->as_array().begin(), all->as_array().end(), [&](const json::value& one) {
                   if (one.is_string()) return std::string_view(one.as_string()) == name;
                   for (const char* key : {"name", "event", "change", "type"})
                       if (const auto* found = one.as_object().if_contains(key))
                           return std::string_view(found->as_string()) == name;
                   return false;
               });
    }
    /// Whether the manifest says who hears events of this type.
    [[nodiscard]] bool is_heard_with(std::string_view type) const {
        const auto* all = manifest().if_contains("says");
        return all != nullptr &&
               std::any_of(all->as_array().begin(), all->as_array().end(), [&](const json::value& one) {
                   return std::string_view(one.at("type").as_string()) == type &&
                          one.as_object().contains("heard_with");
               });
    }
    static void deny(std::string_view why, parley_done done, void* context) {
        parley_outcome outcome{};
        outcome.size = sizeof(outcome);
        outcome.status = PARLEY_FORBIDDEN;
        outcome.code = borrow("not_declared");
        outcome.sentence = borrow(why);
        done(context, &outcome);
    }
    static void done_well(parley_done done, void* context) {
        parley_outcome outcome{};
        outcome.size = sizeof(outcome);
        outcome.status = PARLEY_OK;
        done(context, &outcome);
    }

    json::object manifest_;  ///< the whole section
    const parley_plugin_life* life_ = nullptr;
    void* self_ = nullptr;
    parley_host host_{};
    parley_replies replies_{};
    parley_log log_table_{};
    parley_kernel kernel_{};
    parley_storage storage_{};
    parley_files files_table_{};
    std::map<std::string, std::string, std::less<>> folders_;
    parley_jobs jobs_{};
    parley_services services_{};
    parley_metrics metrics_table_{};
    parley_registrar registrar_{};
    parley_database database_{};
    std::filesystem::path folder_;
    std::string file_;

    std::map<std::string, calls> bound_{{"command", {}}, {"job", {}},   {"service", {}},
                                        {"change", {}},  {"event", {}}, {"health", {}}};
    std::map<std::pair<std::uint32_t, std::string>, bound_hook> hooks_;
    std::map<std::string, json::object> commands_;
    std::vector<number> metrics_;
    std::vector<std::string> problems_;

    mutable std::mutex lock_;
    std::condition_variable answered_;
    parley_reply last_reply_ = 0;
    std::set<parley_reply> open_;
    std::map<parley_reply, testing::answer> answers_;
    std::map<std::string, std::function<testing::answer(const json::object&)>> scripted_;
    std::set<std::string> held_commands_;
    std::vector<std::function<void()>> held_;
    std::vector<std::unique_ptr<generation>> generations_;
    std::vector<log_line> log_;
    std::vector<scheduled> scheduled_;
    std::vector<std::pair<std::string, json::object>> invoked_;
    std::vector<std::pair<sdk::id, parley_status>> decided_;
    std::atomic<std::int64_t> clock_{1'700'000'000'000};
    std::atomic<std::int64_t> last_id_{1000};
    std::int64_t position_ = 0;
};

inline void fake_host::make_tables() {
    host_ = {sizeof(host_), PARLEY_ABI_MAJOR, PARLEY_ABI_MINOR, this,
             [](const parley_host* host, parley_text id) -> const void* {
                 auto& self = of(host);
                 const std::map<std::string_view, const void*> all{
                     {PARLEY_REPLIES, &self.replies_},    {PARLEY_LOG, &self.log_table_},
                     {PARLEY_KERNEL, &self.kernel_},      {PARLEY_STORAGE, &self.storage_},
                     {PARLEY_FILES, &self.files_table_},  {PARLEY_JOBS, &self.jobs_},
                     {PARLEY_SERVICES, &self.services_},  {PARLEY_METRICS, &self.metrics_table_},
                     {PARLEY_REGISTRAR, &self.registrar_}};
                 const auto found = all.find(view(id));
                 return found == all.end() ? nullptr : found->second;
             }};
    replies_ = {sizeof(replies_), &fake_host::finish};
    log_table_ = {sizeof(log_table_),
                  [](const parley_host* host, std::uint32_t level, parley_text message, parley_text fields) {
                      auto& self = of(host);
                      const std::lock_guard lock(self.lock_);
                      self.log_.push_back({level, std::string(view(message)), object_of(fields)});
                  }};
    kernel_.size = sizeof(kernel_);
    kernel_.now = [](const parley_host* host) { return of(host).clock_.load(); };
    kernel_.next_id = [](const parley_host* host) { return ++of(host).last_id_; };
    kernel_.invoke = [](const parley_host* host, std::uint64_t caller, parley_text command, parley_text input,
                        parley_done done, void* context) {
        auto& self = of(host);
        if (caller == 0) return deny("there is no caller whose rights could be used", done, context);
        if (!self.names("uses", view(command)))
            return deny("the command is not under `uses` in plugin.yaml", done, context);
        self.play(std::string(view(command)), input, done, context);
    };
    kernel_.invoke_as_plugin = [](const parley_host* host, std::int64_t, parley_text command, parley_text input,
                                  parley_done done, void* context) {
        auto& self = of(host);
        if (!self.names("uses", view(command)))
            return deny("the command is not under `uses` in plugin.yaml", done, context);
        self.play(std::string(view(command)), input, done, context);
    };
    kernel_.decide = [](const parley_host* host, std::int64_t, std::int64_t message, parley_status status, parley_text,
                        parley_done done, void* context) {
        auto& self = of(host);
        {
            const std::lock_guard lock(self.lock_);
            self.decided_.emplace_back(sdk::id(message), status);
        }
        done_well(done, context);
    };
    storage_ = {sizeof(storage_),
                [](const parley_host* host) -> const parley_database* {
                    return of(host).database_.kind == 0 ? nullptr : &of(host).database_;
                },
                [](const parley_host*) {}};
    files_table_ = {sizeof(files_table_), [](const parley_host* host, parley_text plugin) {
                        const auto& all = of(host).folders_;
                        const auto found = all.find(view(plugin));
                        return found == all.end() ? parley_text{} : borrow(found->second);
                    }};
    jobs_ = {sizeof(jobs_), [](const parley_host* host, std::int64_t, parley_text job, parley_text key, std::int64_t at,
                               parley_text input, parley_done done, void* context) {
                 auto& self = of(host);
                 {
                     const std::lock_guard lock(self.lock_);
                     std::erase_if(self.scheduled_,
                                   [&](const scheduled& one) { return key.size != 0 && one.key == view(key); });
                     self.scheduled_.push_back({std::string(view(job)), std::string(view(key)), at, object_of(input)});
                 }
                 done_well(done, context);
             }};
    services_ = {sizeof(services_), [](const parley_host* host, std::uint64_t, std::int64_t, parley_text,
                                       parley_text service, parley_text input, parley_done done, void* context) {
                     of(host).play("service " + std::string(view(service)), input, done, context);
                 }};
    metrics_table_ = {sizeof(metrics_table_), [](const parley_host* host, std::uint32_t which, double value) {
                          auto& self = of(host);
                          const std::lock_guard lock(self.lock_);
                          auto& one = self.metrics_.at(which - 1);
                          one.value =
                              one.kind == PARLEY_GAUGE ? value : one.value + (one.kind == PARLEY_COUNTER ? value : 1);
                      }};

    registrar_.size = sizeof(registrar_);
    registrar_.message_hook = [](parley_registry* on, std::uint32_t phase, parley_text event,
                                 parley_message_hook function, void* self) {
        of(on).hooks_[{phase, std::string(view(event))}] = {function, self};
        return parley_status{PARLEY_OK};
    };
    registrar_.change_hook = [](parley_registry* on, parley_text change, parley_call_function function, void* self) {
        of(on).bound_["change"].emplace(view(change), bound_call{function, self});
        return parley_status{PARLEY_OK};
    };
    registrar_.event = [](parley_registry* on, parley_text type, parley_call_function function, void* self) {
        of(on).bound_["event"].emplace(view(type), bound_call{function, self});
        return parley_status{PARLEY_OK};
    };
    registrar_.command = [](parley_registry* on, const parley_command* what, parley_call_function function,
                            void* self) {
        of(on).bound_["command"].emplace(view(what->name), bound_call{function, self});
        of(on).commands_[std::string(view(what->name))] = {{"permission", view(what->permission)},
                                                           {"method", view(what->method)},
                                                           {"path", view(what->path)},
                                                           {"sentence", view(what->sentence)},
                                                           {"input", object_of(what->input)},
                                                           {"output", object_of(what->output)}};
        return parley_status{PARLEY_OK};
    };
    registrar_.job = [](parley_registry* on, const parley_job* what, parley_call_function function, void* self) {
        of(on).bound_["job"].emplace(view(what->name), bound_call{function, self});
        return parley_status{PARLEY_OK};
    };
    registrar_.service = [](parley_registry* on, parley_text name, parley_call_function function, void* self) {
        of(on).bound_["service"].emplace(view(name), bound_call{function, self});
        return parley_status{PARLEY_OK};
    };
    registrar_.health = [](parley_registry* on, parley_call_function function, void* self) {
        of(on).bound_["health"].emplace("health", bound_call{function, self});
        return parley_status{PARLEY_OK};
    };
    registrar_.metric = [](parley_registry* on, std::uint32_t kind, parley_text name, parley_text,
                           std::uint32_t* which) {
        auto& all = of(on).metrics_;
        *which = static_cast<std::uint32_t>(all.size() + 1);
        all.push_back({kind, std::string(view(name)), 0});
        return parley_status{PARLEY_OK};
    };
}

/// A folder of its own, and those of plugins whose files it may read.
inline void fake_host::make_folder() {
    auto name = (std::filesystem::temp_directory_path() / "parley-fake-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the plugin");
    folder_ = name;
    const auto add = [this](const std::string& plugin, const std::filesystem::path& at) {
        std::filesystem::create_directories(at);
        folders_[plugin] = at.string();
    };
    const auto* own = manifest().if_contains("files");
    if (own != nullptr && own->is_bool() && own->get_bool()) add("", files());
    if (const auto* others = manifest().if_contains("reads_files_of"))
        for (const auto& one : others->as_array())
            add(std::string(one.as_string()), folder_ / "others" / std::string(one.as_string()));
}

inline testing::answer fake_host::upload(std::string_view name, const json::object& input,
                                         const std::vector<uploaded>& files, const asker& by) {
    std::int64_t bytes = 0;
    for (const auto& one : files) bytes += static_cast<std::int64_t>(one.bytes.size());
    auto first = begin_transfer(name, input, by, bytes, files.empty() ? "" : files.front().type);
    const auto* admits = first.json.if_contains("admit");
    if (!first.ok() || admits == nullptr) return first;
    const auto how = *sdk::from_json<sdk::admission>(*admits);
    sdk::received what{.complete = true, .kept = how.kept};
    const auto most_part = how.most_part_bytes == 0 ? how.most_bytes : how.most_part_bytes;
    for (const auto& one : files) {
        const auto size = static_cast<std::int64_t>(one.bytes.size());
        what.bytes += size;
        if (what.bytes > how.most_bytes || size > most_part) what.why = "body_too_large";
        if (static_cast<std::int64_t>(what.parts.size()) >= how.most_parts) what.why = "too_many_parts";
        auto file = how.append_to;
        if (file.empty()) file = (how.folder.empty() ? "" : how.folder + "/") + "part" + std::to_string(++last_id_);
        what.parts.push_back({one.field, one.name, one.type, file, size});
    }
    if (!what.why.empty()) {
        what.complete = false;
        what.parts.clear();
        (void)end_transfer(name, input, what, by);
        return {PARLEY_TOO_LARGE, {}, what.why, "", {}, {}, {}, {}};
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto at = this->files() / what.parts[i].file;
        std::filesystem::create_directories(at.parent_path());
        std::ofstream(at, std::ios::binary | std::ios::app) << files[i].bytes;
    }
    return end_transfer(name, input, what, by);
}

/// What the manifest names and what setup binds are the same, and each command's permission is declared.
inline void fake_host::require_bound() const {
    const std::pair<const char*, const char*> lists[] = {
        {"commands", "command"}, {"jobs", "job"}, {"services", "service"}, {"changes", "change"}, {"hears", "event"}};
    const auto name_of = [](const json::value& one) {
        if (one.is_string()) return std::string(one.as_string());
        const auto& object = one.as_object();
        return std::string((object.contains("change") ? object.at("change") : object.at("name")).as_string());
    };
    for (const auto& [list, kind] : lists) {
        for (const auto& [name, unused] : bound_.at(kind))
            if (!names(list, name))
                throw std::runtime_error("setup binds the " + std::string(kind) + " " + name +
                                         ", which is not under `" + list + "` in plugin.yaml");
        if (const auto* all = manifest().if_contains(list))
            for (const auto& one : all->as_array())
                if (!bound_.at(kind).contains(name_of(one)))
                    throw std::runtime_error("plugin.yaml names the " + std::string(kind) + " " + name_of(one) +
                                             ", and setup does not bind it");
    }
    std::set<std::pair<std::uint32_t, std::string>> declared;
    if (const auto* all = manifest().if_contains("hooks"))
        for (const auto& one : all->as_array())
            declared.emplace(one.at("phase").as_string() == "amend" ? PARLEY_AMEND : PARLEY_CHECK,
                             one.at("event").as_string());
    for (const auto& [which, unused] : hooks_)
        if (!declared.contains(which))
            throw std::runtime_error("setup binds a hook on " + which.second +
                                     ", which is not under `hooks` in plugin.yaml");
    for (const auto& which : declared)
        if (!hooks_.contains(which))
            throw std::runtime_error("plugin.yaml names a hook on " + which.second + ", and setup does not bind it");
    for (const auto& one : metrics_)
        if (!names("metrics", one.name))
            throw std::runtime_error("the metric " + one.name + " is not under `metrics` in plugin.yaml");
    for (const auto& [name, is] : commands_)
        if (std::string_view(is.at("permission").as_string()) != sdk::anybody &&
            !names("permissions", std::string_view(is.at("permission").as_string())))
            throw std::runtime_error("the command " + name +
                                     " needs a permission that is not under `permissions` in plugin.yaml");
}

#if PARLEY_PLUGIN_STORES

namespace detail {

inline void run_sql(sqlite3* on, const std::string& sql) {
    char* problem = nullptr;
    if (sqlite3_exec(on, sql.c_str(), nullptr, nullptr, &problem) == SQLITE_OK) return;
    const std::string sentence = problem == nullptr ? "SQLite refuses" : problem;
    sqlite3_free(problem);
    throw std::runtime_error(sentence + ": " + sql);
}

}  // namespace detail

inline void fake_host::open_database() {
    file_ = (folder_ / (std::string(PARLEY_PLUGIN_ID) + ".db")).string();
    sqlite3* on = nullptr;
    sqlite3_open(file_.c_str(), &on);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closed(on, &sqlite3_close);
    detail::run_sql(
        on,
        "PRAGMA journal_mode = WAL; CREATE TABLE parley_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, "
        "tenant INTEGER NOT NULL, type TEXT NOT NULL, conversation INTEGER NOT NULL, user_id INTEGER NOT NULL, "
        "about INTEGER NOT NULL, data TEXT NOT NULL, created_at INTEGER NOT NULL)");
    // Each one up, down and up again: what cannot be undone is found here.
    for (const auto& [file, sql] : manifest_.at("migrations").at("sqlite").as_object()) {
        const std::string up(file);
        const auto at = up.find(".up.sql");
        if (at == std::string::npos) continue;
        const auto down = up.substr(0, at) + ".down.sql";
        for (const auto& one : {up, down, up})
            detail::run_sql(on, std::string(manifest_.at("migrations").at("sqlite").at(one).as_string()));
    }
    database_ = {sizeof(database_), PARLEY_SQLITE, borrow(file_), borrow("")};
}

inline std::vector<said> fake_host::events() const {
    std::vector<said> all;
    sqlite3* on = nullptr;
    sqlite3_open(file_.c_str(), &on);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closed(on, &sqlite3_close);
    const auto row = [](void* into, int, char** values, char**) {
        const auto number = [&](int at) { return sdk::id(values[at] == nullptr ? 0 : std::atoll(values[at])); };
        static_cast<std::vector<said>*>(into)->push_back(
            {values[0], json::parse(values[1]).as_object(), number(2), number(3), number(4)});
        return 0;
    };
    sqlite3_exec(on, "SELECT type, data, conversation, user_id, about FROM parley_outbox ORDER BY id", row, &all,
                 nullptr);
    // What the server would count and leave out.
    for (const auto& one : all) {
        const auto complain = [&](const char* why) { throw std::runtime_error("the event " + one.type + " " + why); };
        if (!names("says", one.type)) complain("is not under `says` in plugin.yaml");
        const bool by_permission = is_heard_with(one.type);
        if (by_permission && (one.conversation || one.user || one.about))
            complain("is for those who have the permission `heard_with`, and for nobody else");
        if (!by_permission && static_cast<bool>(one.conversation) == static_cast<bool>(one.user))
            complain("is for a conversation or for one user, and for one of them");
        if (one.about && !one.conversation) complain("is about a message without being for its conversation");
        if (one.data.contains("facts") || one.data.contains("heard_with") ||
            json::serialize(one.data).size() > 16 * 1024)
            complain("has more than 16 KiB of data, or a member `facts` or `heard_with`, which are the server's own");
    }
    return all;
}

#else

inline void fake_host::open_database() {}
inline std::vector<said> fake_host::events() const { return {}; }

#endif

}  // namespace parley::testing
