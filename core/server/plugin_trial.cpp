// A plugin's code tried against a host that writes down what it does.
#include "server/plugin_trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "model/permission_catalogue.hpp"
#include "plugins/plugins.hpp"
#include "storage/plugin_database.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::string_view tenant_name = "trial";
constexpr auto patience = 35s;  // a little more than the host's own
constexpr auto stops_within = 10s;

/// Has no tables behind it: whatever a plugin asks for is not there.
class empty_api final : public kernel::api {
public:
    void invoke(kernel::caller, std::string_view, json::object,
                std::move_only_function<void(result<json::object>)> done) override {
        done(failure(fault::not_found, "not_found", "There is no such thing."));
    }
};

/// Rows in the trial's folder. What the plugin says is not brought anywhere.
class trial_rows final : public plugins::plugin_store {
public:
    trial_rows(const std::filesystem::path& folder, const clock& time)
        : databases_({.url = "sqlite:" + (folder / "kernel.db").string()}, folder, time) {}

    [[nodiscard]] result<plugins::database_place> open(const plugins::embedded& of) override {
        auto made = databases_.open(of.says.id, of.sqlite);
        if (!made) return std::unexpected(made.error());
        open_.push_back(std::move(*made));
        return plugins::database_place{
            .of = plugins::database_place::kind::sqlite, .where = open_.back()->where(), .schema = {}};
    }
    [[nodiscard]] result<void> upgrade(const plugins::embedded&) override { return {}; }
    void committed(std::string_view) override {}

private:
    storage::plugin_databases databases_;
    std::vector<std::unique_ptr<storage::plugin_database>> open_;
};

class no_jobs final : public plugins::job_store {
public:
    void schedule(request, std::move_only_function<void(result<void>)> done) override { done({}); }
};

json::object defaults_of(const plugins::manifest& of) {
    json::object made;
    for (const auto& [name, words] : of.settings)
        if (const auto* rules = words.if_object())
            if (const auto* value = rules->if_contains("default")) made[name] = *value;
    return made;
}

class trial {
public:
    trial(const std::filesystem::path& file, const plugins::manifest& says, const std::filesystem::path& folder,
          const std::function<void(const std::string&)>& step, const std::function<void(const std::string&)>& finding)
        : file_(file), says_(says), step_(step), finding_(finding), rows_(folder, time_) {}

    void run() {
        if (!load()) return;
        const auto& one = *all_->find(says_.id);
        all_->start(api_);
        judge_messages(one);
        judge_changes(one);
        ask_commands(one);
        for (const auto& name : one.bound.events) send(one, "event", name);
        for (const auto& job : one.bound.jobs) send(one, "job", job.name);
        count_answers(one);
        stop();
    }

private:
    bool load() {
        step_("loading it and running its setup");
        plugins::plugins_options how;
        how.load.folders = {std::filesystem::absolute(file_).parent_path()};
        for (const auto& need : says_.needs) how.load.load.push_back(need.plugin);
        how.load.load.push_back(says_.id);
        how.load.isolation_of[says_.id] = plugins::isolation::in_process;
        plugins::host_ports ports{.time = time_, .ids = ids_};
        ports.jobs = &jobs_;
        ports.storage = &rows_;
        ports.find_permission = [this](std::string_view name) { return rights_.find(name); };
        ports.decide = [](plugins::hold_end, std::move_only_function<void(result<void>)> done) { done({}); };
        ports.replace = [](tenant_id, const kernel::data_replacement&,
                           std::move_only_function<void(result<void>)> done) { done({}); };
        ports.audit = [](const plugins::audit_line&, std::move_only_function<void(result<void>)> done) { done({}); };
        auto made = plugins::plugins::load(how, std::move(ports));
        if (!made) {
            for (const auto& why : made.error()) finding_(why);
            return false;
        }
        all_ = std::move(*made);
        plugins::choices on;
        on.otherwise.enabled = how.load.load;
        on.otherwise.settings[says_.id] = to_text(defaults_of(says_));
        for (const auto& why : all_->apply(on)) finding_(why);
        all_->know_tenant(tenant_id{1}, tenant_name);
        return true;
    }

    /// Whatever `ask` does, told by what the host counted of this plugin meanwhile.
    template <class Ask>
    void watched(const plugins::watch& at, const std::string& what, Ask ask) {
        step_(fmt::format("{} with {}", at.name(), what));
        const auto failed = at.count(plugins::call_end::failed), late = at.count(plugins::call_end::timed_out);
        std::promise<void> promise;
        auto answered = promise.get_future();
        ask([&promise] { promise.set_value(); });
        if (answered.wait_for(patience) != std::future_status::ready) {
            finding_(fmt::format("{}: there is no end to the call with {}.", at.name(), what));
            kept_ = std::make_shared<std::promise<void>>(std::move(promise));
            throw std::runtime_error("a call without an end");
        }
        if (at.count(plugins::call_end::failed) > failed)
            finding_(fmt::format("{}: it failed, threw or answered nonsense when asked with {}.", at.name(), what));
        if (at.count(plugins::call_end::timed_out) > late)
            finding_(fmt::format("{}: it did not answer in time when asked with {}.", at.name(), what));
    }

    struct sample {
        std::string what;
        std::string text;
        std::string data;
    };
    static std::vector<sample> samples() {
        return {{"a plain text", "Hello, how are you?", "{}"},
                {"no text", "", "{}"},
                {"a long text", std::string(60'000, 'x'), "{}"},
                {"emoji and combining marks", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB e\xCC\x81\xCC\xA7", "{}"},
                {"quotes, line ends and markup", "\"'\\\n\t<b>{{x}}</b> %s %n ; DROP TABLE", "{}"},
                {"data of every kind", "x", R"({"a":null,"b":[1,[2,{"c":3}]],"d":1e300,"e":"\u0001","":true})"}};
    }

    void judge_messages(const plugins::plugin& one) {
        for (std::size_t i = 0; i < one.bound.hooks.size(); ++i)
            for (const auto& with : samples())
                watched(one.hooks[i], with.what, [&](auto done) { judge(one.bound.hooks[i], with, std::move(done)); });
    }

    template <class Done>
    void judge(const plugins::bound_hook& hook, const sample& with, Done done) {
        kernel::message_case made;
        made.what = hook.event == "message.edit" ? kernel::message_case::act::edit : kernel::message_case::act::send;
        made.tenant_name = tenant_name;
        made.draft.tenant = tenant_id{1};
        made.draft.text = with.text;
        made.draft.data = parse_object(with.data).value();
        made.author.username = "ann";
        all_->judges().judge(std::move(made), [done = std::move(done)](const result<kernel::judgement>&) { done(); });
    }

    void judge_changes(const plugins::plugin& one) {
        const auto& watches = one.calls[static_cast<std::size_t>(plugins::call_kind::change) - 1];
        for (std::size_t i = 0; i < one.bound.changes.size(); ++i)
            for (const auto& input : inputs())
                watched(watches[i], to_text(input), [&](auto done) {
                    all_->judges().judge({.change = one.bound.changes[i],
                                          .tenant = tenant_id{1},
                                          .tenant_name = std::string(tenant_name),
                                          .by = user_id{2},
                                          .request_id = "trial",
                                          .input = input},
                                         [done = std::move(done)](const result<void>&) { done(); });
                });
    }

    static std::vector<json::object> inputs() {
        return {
            json::object{},
            parse_object(R"({"conversation":"1","message":"1","user":"1","username":"ann","text":"hello"})").value(),
            parse_object(R"({"a":[[[[[[1]]]]]],"b":-1,"message":"-1","text":null})").value()};
    }

    void ask_commands(const plugins::plugin& one) {
        const auto& watches = one.calls[static_cast<std::size_t>(plugins::call_kind::command) - 1];
        auto offered = all_->commands();
        for (auto& command : offered) {
            if (command.plugin != one.id()) continue;
            const auto at = std::ranges::find(watches, "command " + command.name, &plugins::watch::name);
            if (at == watches.end()) continue;
            for (const auto& input : inputs())
                watched(*at, to_text(input), [&](auto done) {
                    kernel::caller by{
                        .tenant = tenant_id{1}, .tenant_name = std::string(tenant_name), .user = user_id{2}};
                    by.request_id = "trial";
                    command.run(std::move(by), {}, input,
                                [done = std::move(done)](const result<json::object>&) { done(); });
                });
        }
    }

    void send(const plugins::plugin& one, std::string_view kind, const std::string& name) {
        const bool event = kind == "event";
        const auto which = event ? plugins::call_kind::event : plugins::call_kind::job;
        const auto& watches = one.calls[static_cast<std::size_t>(which) - 1];
        const auto at = std::ranges::find(watches, fmt::format("{} {}", kind, name), &plugins::watch::name);
        if (at == watches.end()) return;
        for (const auto& input : inputs()) {
            plugins::errand what{.plugin = one.id(), .name = name, .tenant = tenant_id{1}};
            what.tenant_name = tenant_name;
            what.input = to_text(input);
            // An event or a job that fails is tried again, so failing on what is no event of ours is no fault.
            step_(fmt::format("{} with {}", at->name(), what.input));
            std::promise<plugins::call_end> promise;
            auto answered = promise.get_future();
            const auto done = [&promise](const plugins::answer& said) { promise.set_value(said.how); };
            if (event)
                all_->hear(std::move(what), done);
            else
                all_->work(std::move(what), done);
            if (answered.get() == plugins::call_end::timed_out)
                finding_(fmt::format("{}: it did not answer in time.", at->name()));
        }
    }

    void count_answers(const plugins::plugin& one) {
        step_("waiting for answers that come too late");
        std::this_thread::sleep_for(300ms);
        if (const auto many = one.late_answers.load(); many > 0)
            finding_(fmt::format("It answered {} calls twice or too late.", many));
        if (const auto many = one.unknown_answers.load(); many > 0)
            finding_(fmt::format("It answered {} calls that never were.", many));
    }

    void stop() {
        step_("stopping it");
        const auto began = std::chrono::steady_clock::now();
        all_->stop();
        if (all_->load_of().threads.stuck > 0) finding_("It keeps a thread of the server's and does not give it back.");
        if (std::chrono::steady_clock::now() - began > stops_within) finding_("It takes more than 10 s to stop.");
    }

    const std::filesystem::path& file_;
    const plugins::manifest& says_;
    const std::function<void(const std::string&)>& step_;
    const std::function<void(const std::string&)>& finding_;
    system_clock time_;
    id_source ids_{time_, 1};
    empty_api api_;
    no_jobs jobs_;
    trial_rows rows_;
    permission_catalogue rights_;
    std::shared_ptr<std::promise<void>> kept_;
    std::unique_ptr<plugins::plugins> all_;
};

}  // namespace

void try_plugin(const std::filesystem::path& file, const plugins::manifest& says, const std::filesystem::path& folder,
                const std::function<void(const std::string&)>& step,
                const std::function<void(const std::string&)>& finding) {
    trial(file, says, folder, step, finding).run();
}

}  // namespace parley::server
