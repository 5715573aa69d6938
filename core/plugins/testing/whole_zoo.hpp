// Plugins of the zoo, loaded for a test with everything around them.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugins/plugins.hpp"
#include "plugins/replaceable_process.hpp"

namespace parley::plugins::testing {

/// The API as the zoo sees it: remembers who asked for what.
class listening_api final : public kernel::api {
public:
    void invoke(kernel::caller by, std::string_view operation, boost::json::object,
                std::move_only_function<void(result<boost::json::object>)> done) override {
        last_caller = std::move(by);
        last_operation = operation;
        done(boost::json::object{{"invoked", std::string(operation)}});
    }
    kernel::caller last_caller;
    std::string last_operation;
};

/// Remembers what is to be done.
class listening_jobs final : public job_store {
public:
    void schedule(request what, std::move_only_function<void(result<void>)> done) override {
        last = std::move(what);
        done({});
    }
    request last;
};

class zoo {
public:
    /// Where all of them run, from now on.
    static inline isolation mode = isolation::in_process;
    /// How processes of theirs are watched; quick, because tests wait for it, and patient enough for a busy machine.
    static inline child_options watched{.program = PARLEY_PLUGIN_HOST,
                                        .ping_every = std::chrono::milliseconds{100},
                                        .most_missed = 40,
                                        .first_pause = std::chrono::milliseconds{20},
                                        .longest_pause = std::chrono::milliseconds{100}};

    /// Where they lie and where their rows would be, from now on; null: they may have none.
    static inline std::filesystem::path folder = PARLEY_ZOO;
    static inline plugin_store* rows = nullptr;

    explicit zoo(std::vector<std::string> ids, choices by = {}) : ids_(std::move(ids)) {
        plugins_options how;
        for (const auto& id : ids_) how.load.isolation_of[id] = mode;
        how.isolate = [](const plugin& of) -> std::expected<std::unique_ptr<instance>, problems> {
            return std::make_unique<replaceable_process>(of.file, watched);
        };
        how.load.folders = {folder};
        how.load.load = ids_;
        how.threads.threads = 2;
        host_ports ports{.time = time, .ids = source};
        ports.jobs = &jobs;
        ports.storage = rows;
        ports.find_permission = [](std::string_view name) {
            return name == "messages.review" ? std::optional(permission::messages_review) : std::nullopt;
        };
        ports.decide = [this](hold_end end, std::move_only_function<void(result<void>)> done) {
            decided = std::move(end);
            done({});
        };
        ports.audit = [this](audit_line line, std::move_only_function<void(result<void>)> done) {
            audited.push_back(std::move(line));
            done({});
        };
        ports.replace = [this](tenant_id, kernel::data_replacement what,
                               std::move_only_function<void(result<void>)> done) {
            replaced.push_back(std::move(what));
            done({});
        };
        auto made = plugins::load(how, std::move(ports));
        if (!made) {
            wrong = std::move(made.error());
            return;
        }
        all = std::move(*made);
        if (by.otherwise.enabled.empty() && by.tenants.empty()) by.otherwise.enabled = ids_;
        wrong = all->apply(by);
        all->start(api);
    }

    [[nodiscard]] kernel::message_case message(std::string text) const {
        kernel::message_case made;
        made.tenant_name = "acme";
        made.draft.tenant = tenant_id{1};
        made.draft.text = std::move(text);
        made.draft.data = {{"a", 1}};
        made.author.username = "ann";
        return made;
    }
    result<kernel::judgement> judge(kernel::message_case of) const {
        auto promise = std::make_shared<std::promise<result<kernel::judgement>>>();
        auto answer = promise->get_future();
        all->judges().judge(std::move(of),
                            [promise](result<kernel::judgement> end) { promise->set_value(std::move(end)); });
        if (answer.wait_for(std::chrono::seconds{60}) != std::future_status::ready)
            return failure(fault::internal, "no_answer", "");
        return answer.get();
    }
    result<kernel::judgement> judge(std::string text) const { return judge(message(std::move(text))); }

    [[nodiscard]] const plugin& one() const { return *all->all().front(); }
    [[nodiscard]] replaceable_process& place() const { return dynamic_cast<replaceable_process&>(*one().runs); }
    [[nodiscard]] child_process& child() const { return *place().now(); }
    /// All problems, line by line.
    [[nodiscard]] std::string said() const {
        std::string made;
        for (const auto& line : wrong) made += line + "\n";
        return made;
    }

    system_clock time;
    id_source source{time, 1};
    listening_api api;
    listening_jobs jobs;
    hold_end decided;
    std::vector<audit_line> audited;
    std::vector<kernel::data_replacement> replaced;
    problems wrong;
    std::unique_ptr<plugins> all;

private:
    std::vector<std::string> ids_;
};

}  // namespace parley::plugins::testing
