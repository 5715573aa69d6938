// What the host does with every plugin of the zoo: what the operator reads, and that others go on.
#include <gtest/gtest.h>

#include <thread>

#include "plugins/breaker.hpp"
#include "plugins/testing/whole_zoo.hpp"

namespace parley::plugins {
namespace {

using testing::zoo;

/// Until `holds`, at most some seconds.
template <class Condition>
bool wait_until(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!holds() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    return holds();
}

/// The same in this process and in processes of their own.
class in_both_modes : public ::testing::TestWithParam<isolation> {
protected:
    in_both_modes() { zoo::mode = GetParam(); }
    ~in_both_modes() override { zoo::mode = isolation::in_process; }
};
class zoo_code : public in_both_modes {};
class zoo_hooks : public in_both_modes {};
class zoo_changes : public in_both_modes {};
class zoo_errands : public in_both_modes {};
class zoo_stop : public in_both_modes {};

TEST(zoo_load, says_everything_that_is_wrong_at_once) {
    const zoo all({"good", "wrong_major", "other_id", "no_such", "needy"});
    EXPECT_EQ(all.said(),
              "plugin no_such: there is no no_such.so in the folders of plugins\n"
              "plugin wrong_major: It needs ABI 9.0; this server has 1.0.\n"
              "plugin needy: it needs nobody >=1.0, which is not loaded\n"
              "plugin needy: it needs good >=2, and 1.0.0 is loaded\n");
}

TEST(zoo_load, names_a_circle_of_needs) {
    EXPECT_EQ(zoo({"circle_a", "circle_b"}).said(),
              "plugins: These plugins need each other in a circle: circle_a, circle_b, circle_a\n");
}

TEST_P(zoo_code, reads_the_code_only_after_the_manifest_and_holds_them_against_each_other) {
    EXPECT_EQ(zoo({"other_id", "no_entry", "lying", "throws_in_setup", "storing"}).said(),
              "plugin other_id: Its code says that it is somebody_else; its manifest says other_id.\n"
              "plugin no_entry: It does not export parley_plugin_entry_v1.\n"
              "plugin lying: service lying.secret/1: the manifest does not have it\n"
              "plugin lying: event message.created: there is no function\n"
              "plugin lying: event message.created: is in the manifest and was not bound in setup\n"
              "plugin lying: job promised: is in the manifest and was not bound in setup\n"
              "plugin throws_in_setup: Its setup threw: thrown in setup\n"
              "plugin storing: It keeps rows, and this server has no place for them.\n");
}

TEST_P(zoo_hooks, a_good_plugin_amends_refuses_and_holds) {
    const zoo all({"good"});
    ASSERT_EQ(all.said(), "");
    const auto plain = all.judge("hello");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->text, "hello");
    EXPECT_EQ(plain->data, (boost::json::object{{"a", 1}}));
    EXPECT_TRUE(plain->holds.empty());
    const auto loud = all.judge("shout");
    ASSERT_TRUE(loud);
    EXPECT_EQ(loud->text, "SHOUT");
    EXPECT_EQ(loud->data, (boost::json::object{{"loud", true}}));
    const auto refused = all.judge("refuse me");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, fault::forbidden);
    EXPECT_EQ(refused.error().code, "zoo_says_no");
    EXPECT_EQ(refused.error().message, "Not this.");
    const auto held = all.judge("hold me");
    ASSERT_TRUE(held);
    EXPECT_EQ(held->holds, (std::vector<hold>{{"good", "Let me think.", hold::until::holder}}));
}

TEST_P(zoo_hooks, a_failure_is_what_the_policy_says) {
    const zoo all({"good"});
    for (const auto* text : {"fail", "odd"}) {
        const auto held = all.judge(text);
        ASSERT_TRUE(held) << text;
        EXPECT_EQ(held->holds.size(), 1U) << text;
    }
    // The amending hook refuses by its policy when what it wrote is no UTF-8.
    const auto refused = all.judge("nonsense");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, fault::unavailable);
    auto edit = all.message("hold me");
    edit.what = kernel::message_case::act::edit;
    EXPECT_TRUE(all.judge(std::move(edit)));  // nobody hooks into edits
}

TEST_P(zoo_hooks, settings_come_with_the_scope) {
    choices by;
    by.tenants["acme"].own = {.enabled = {"good"}, .settings = {{"good", R"({"a":1})"}}};
    const zoo all({"good"}, by);
    ASSERT_EQ(all.said(), "");
    EXPECT_FALSE(all.judge("settings"));
    EXPECT_TRUE(all.all->judges().any("acme", "message.send"));
    EXPECT_FALSE(all.all->judges().any("other", "message.send"));
    EXPECT_FALSE(all.all->judges().any("acme", "message.edit"));
    auto other = all.message("refuse me");
    other.tenant_name = "other";
    EXPECT_TRUE(all.judge(std::move(other)));
}

TEST_P(zoo_hooks, never_lets_through_what_its_guard_could_not_check) {
    for (const std::string id : {"silent", "late", "throws_in_hook", "spins"}) {
        const zoo all({id});
        ASSERT_EQ(all.said(), "");
        const auto end = all.judge("x");
        ASSERT_FALSE(end) << id;
        EXPECT_EQ(end.error().code, "judge_unavailable") << id;
    }
}

TEST_P(zoo_hooks, lets_through_what_was_answered_however_oddly) {
    for (const std::string id : {"passes", "twice", "threaded", "unknown", "spins_after"}) {
        const zoo all({id});
        ASSERT_EQ(all.said(), "");
        EXPECT_TRUE(all.judge("x")) << id;
    }
}

TEST_P(zoo_hooks, counts_answers_too_many) {
    const zoo twice({"twice"});
    EXPECT_TRUE(twice.judge("x"));
    EXPECT_TRUE(wait_until([&] { return twice.one().late_answers == 1; }));
    const zoo late({"late"});
    EXPECT_FALSE(late.judge("x"));
    EXPECT_TRUE(wait_until([&] { return late.one().late_answers == 1; }));
    const zoo unknown({"unknown"});
    EXPECT_TRUE(unknown.judge("x"));
    EXPECT_TRUE(wait_until([&] { return unknown.one().unknown_answers == 1U; }));
}

TEST(zoo_threads, a_thread_that_hangs_is_replaced_and_others_go_on) {
    const zoo all({"spins", "passes"},
                  {.otherwise = {},
                   .tenants = {{"acme", {.own = {.enabled = {"spins"}, .settings = {}}, .models = {}}},
                               {"calm", {.own = {.enabled = {"passes"}, .settings = {}}, .models = {}}}},
                   .hooks = {}});
    ASSERT_EQ(all.said(), "");
    // More than there are threads.
    std::vector<std::jthread> waiting;
    std::atomic<int> refused{0};
    for (int i = 0; i < 4; ++i)
        waiting.emplace_back([&] {
            if (!all.judge("x")) ++refused;
        });
    EXPECT_TRUE(wait_until([&] { return all.all->load_of().threads.stuck > 0; }));
    EXPECT_NE(all.all->trouble().size(), 0U);
    auto calm = all.message("x");
    calm.tenant_name = "calm";
    EXPECT_TRUE(all.judge(std::move(calm)));
    waiting.clear();
    EXPECT_EQ(refused, 4);
    EXPECT_TRUE(wait_until([&] { return all.all->load_of().threads.stuck == 0; }));
    EXPECT_TRUE(wait_until([&] { return all.all->load_of().threads.threads == 2; }));
}

TEST_P(zoo_hooks, who_fails_again_and_again_is_not_asked_and_the_policy_holds) {
    const zoo all({"throws_in_hook"});
    const auto& seen = all.one().hooks.front();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(all.judge("x"));
    EXPECT_EQ(seen.count(call_end::failed), 5U);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(all.judge("x"));
    // A machine so busy that this takes seconds sees it tried again, once after each pause.
    const auto pauses = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - began) / breaker::first_pause);
    EXPECT_LE(seen.count(call_end::failed), 5U + pauses);
    EXPECT_EQ(seen.count(call_end::failed) + seen.count(call_end::not_asked), 8U);
    EXPECT_TRUE(seen.is_open());
    EXPECT_EQ(all.all->trouble().size(), 1U);
}

TEST_P(zoo_changes, are_judged) {
    const zoo all({"good"});
    const auto judge = [&](std::int64_t by) {
        std::promise<result<void>> promise;
        kernel::change_case of{.change = "member.add",
                               .tenant = tenant_id{1},
                               .tenant_name = "acme",
                               .by = user_id{by},
                               .request_id = {},
                               .input = {},
                               .asker = {.tenant = tenant_id{1}, .tenant_name = "acme", .user = user_id{by}}};
        all.all->judges().judge(std::move(of), [&](result<void> end) { promise.set_value(std::move(end)); });
        return promise.get_future().get();
    };
    EXPECT_TRUE(judge(12));
    const auto refused = judge(13);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "Not thirteen.");
    EXPECT_TRUE(judge(14)) << "who judges may look as who asks";
    EXPECT_EQ(all.api.last_caller.user, user_id{14});
    EXPECT_EQ(all.api.last_operation, "message.get");
    EXPECT_EQ(all.api.last_caller.depth, 1U);
}

class zoo_commands : public in_both_modes {
protected:
    result<boost::json::object> run(std::string_view what) {
        std::promise<result<boost::json::object>> promise;
        kernel::caller by{.tenant = tenant_id{1}, .tenant_name = "acme", .user = user_id{7}, .request_id = "r"};
        by.username = "ann";
        by.depth = depth;
        boost::json::object input;
        if (!what.empty()) input["do"] = what;
        offered.front().run(std::move(by), {}, std::move(input),
                            [&](result<boost::json::object> end) { promise.set_value(std::move(end)); });
        return promise.get_future().get();
    }
    unsigned depth = 0;
    zoo all{{"good"}};
    std::vector<kernel::offered_command> offered = all.all->commands();
};

TEST_P(zoo_commands, answer) {
    ASSERT_EQ(offered.size(), 1U);
    EXPECT_EQ(offered.front().permission, "good.use");
    EXPECT_TRUE(offered.front().is_on("acme"));
    EXPECT_EQ(run(""), (boost::json::object{{"echo", "here"}}));
    const auto missing = run("missing");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, fault::not_found);
    EXPECT_EQ(missing.error().message, "There is none.");
}

TEST_P(zoo_commands, that_answer_nonsense_have_failed) {
    const auto end = run("garbage");
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, "plugin_failed");
    EXPECT_EQ(all.one().calls[static_cast<std::size_t>(call_kind::command) - 1].front().count(call_end::failed), 1U);
}

TEST_P(zoo_commands, invoke_what_they_declare_as_their_caller) {
    EXPECT_EQ(run("invoke"), (boost::json::object{{"invoked", "message.get"}}));
    EXPECT_EQ(all.api.last_caller.user, user_id{7});
    all.api.last_operation.clear();
    for (const auto* bad : {"overreach", "stale"}) {
        const auto end = run(bad);
        ASSERT_FALSE(end) << bad;
        EXPECT_EQ(end.error().kind, fault::forbidden) << bad;
        EXPECT_EQ(all.api.last_operation, "") << bad;
    }
    EXPECT_EQ(all.one().refused_requests, 2U);
}

TEST_P(zoo_commands, know_the_name_of_who_asks) { EXPECT_EQ(run("name"), (boost::json::object{{"name", "ann"}})); }

TEST_P(zoo_commands, do_not_ask_each_other_for_ever) {
    depth = 7;
    EXPECT_TRUE(run("invoke"));
    depth = 8;
    const auto end = run("invoke");
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, "too_deep");
}

class zoo_asking : public in_both_modes {
protected:
    result<boost::json::object> ask(std::string_view what) {
        std::promise<result<boost::json::object>> promise;
        for (auto& one : all.all->commands())
            if (one.name == "asker.ask")
                one.run({.tenant = tenant_id{1}, .tenant_name = "acme", .user = user_id{7}, .request_id = "r"}, {},
                        {{"do", what}}, [&](result<boost::json::object> end) { promise.set_value(std::move(end)); });
        return promise.get_future().get();
    }
    zoo all{{"asker", "good"}};
};

TEST_P(zoo_asking, others_for_services_that_it_needs) {
    ASSERT_EQ(all.said(), "");
    EXPECT_EQ(all.one().id(), "good");  // is loaded first, because the other needs it
    EXPECT_EQ(ask("service"), (boost::json::object{{"count", 3}}));
    const auto stranger = ask("stranger");
    ASSERT_FALSE(stranger);
    EXPECT_EQ(stranger.error().code, "service_not_needed");
    EXPECT_NE(all.all->apply({.otherwise = {.enabled = {"asker"}, .settings = {}}, .tenants = {}, .hooks = {}}).size(),
              0U);
}

TEST_P(zoo_asking, for_a_line_of_the_audit_log_under_its_own_name) {
    EXPECT_TRUE(ask("audit"));
    ASSERT_EQ(all.audited.size(), 1U);
    const auto& line = all.audited.front();
    EXPECT_EQ(line.action, "asker.asked");
    EXPECT_EQ(line.by.user, user_id{7});
    EXPECT_EQ(line.by.tenant, tenant_id{1});
    EXPECT_EQ(line.subject_kind, "thing");
    EXPECT_EQ(line.subject, 5);
    EXPECT_EQ(line.details, (boost::json::object{{"how", "a\\nb"}, {"times", 3}}));
    EXPECT_EQ(line.once_a_minute, "asker k");
    for (const auto* bad : {"audit_badly", "audit_deeply"}) {
        const auto end = ask(bad);
        ASSERT_FALSE(end) << bad;
        EXPECT_EQ(end.error().kind, fault::invalid) << bad;
    }
    EXPECT_EQ(all.audited.size(), 1U);
}

TEST_P(zoo_asking, to_take_back_what_it_put_into_a_message) {
    EXPECT_TRUE(ask("replace"));
    ASSERT_EQ(all.replaced.size(), 1U);
    const auto& what = all.replaced.front();
    EXPECT_EQ(what.message, message_id{5});
    EXPECT_EQ(what.list + what.key + what.value, "thingsthing7");
    EXPECT_EQ(what.with, (boost::json::object{{"gone", true}}));
    const auto bad = ask("replace_badly");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().kind, fault::invalid);
    EXPECT_EQ(all.replaced.size(), 1U);
}

TEST_P(zoo_asking, the_kernel_as_itself_with_its_own_rights_where_it_has_been) {
    EXPECT_TRUE(ask("own"));
    EXPECT_EQ(all.api.last_caller.acting_plugin, "asker");
    EXPECT_FALSE(all.api.last_caller.user);
    EXPECT_EQ(all.api.last_caller.tenant_name, "acme");
    EXPECT_EQ(all.api.last_caller.own, (permission_set{permission::messages_review}));
    const auto nowhere = ask("nowhere");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, "tenant_unknown");
}

TEST_P(zoo_asking, to_end_its_holds_and_for_work_later) {
    EXPECT_TRUE(ask("decide"));
    EXPECT_EQ(all.decided.plugin, "asker");
    EXPECT_EQ(all.decided.message, message_id{5});
    EXPECT_EQ(all.decided.says, hold_end::verdict::reject);
    EXPECT_EQ(all.decided.reason, "No.");
    EXPECT_TRUE(ask("later"));
    EXPECT_EQ(all.jobs.last.job, "later");
    EXPECT_EQ(all.jobs.last.key, "k");
    EXPECT_EQ(all.jobs.last.input, "{}");
    const auto never = ask("never");
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().code, "job_not_declared");
}

TEST_P(zoo_errands, events_and_jobs_reach_only_who_is_on) {
    const zoo all({"good"}, {.otherwise = {},
                             .tenants = {{"acme", {.own = {.enabled = {"good"}, .settings = {}}, .models = {}}}},
                             .hooks = {}});
    const auto ask = [&](auto member, std::string name, std::string tenant) {
        std::promise<answer> promise;
        (all.all.get()->*member)(
            {.plugin = "good", .name = std::move(name), .tenant = tenant_id{1}, .tenant_name = std::move(tenant)},
            [&](answer end) { promise.set_value(std::move(end)); });
        return promise.get_future().get();
    };
    const auto heard = ask(&plugins::hear, "message.deleted", "acme");
    EXPECT_EQ(heard.how, call_end::done);
    EXPECT_EQ(heard.status, PARLEY_OK);
    EXPECT_EQ(heard.json, R"({"count":3})");
    EXPECT_EQ(ask(&plugins::hear, "message.deleted", "other").how, call_end::not_asked);
    EXPECT_EQ(ask(&plugins::hear, "message.created", "acme").how, call_end::not_asked);
    EXPECT_EQ(ask(&plugins::work, "sweep", "acme").how, call_end::done);
    EXPECT_EQ(ask(&plugins::work, "nothing", "acme").how, call_end::not_asked);
    EXPECT_TRUE(
        wait_until([&] { return all.one().metrics.front().value == 4; }));  // each of the two that came counted to two
}

TEST_P(zoo_stop, answers_what_waits_and_asks_nobody_afterwards) {
    const zoo all({"silent"});
    std::promise<result<kernel::judgement>> promise;
    all.all->judges().judge(all.message("x"),
                            [&](result<kernel::judgement> end) { promise.set_value(std::move(end)); });
    all.all->stop();
    EXPECT_FALSE(promise.get_future().get());
    EXPECT_FALSE(all.judge("x"));
}

INSTANTIATE_TEST_SUITE_P(both, zoo_code, ::testing::Values(isolation::in_process, isolation::process),
                         [](const auto& of) { return std::string(name_of(of.param)); });
INSTANTIATE_TEST_SUITE_P(both, zoo_hooks, ::testing::Values(isolation::in_process, isolation::process),
                         [](const auto& of) { return std::string(name_of(of.param)); });
INSTANTIATE_TEST_SUITE_P(both, zoo_changes, ::testing::Values(isolation::in_process, isolation::process),
                         [](const auto& of) { return std::string(name_of(of.param)); });
INSTANTIATE_TEST_SUITE_P(both, zoo_commands, ::testing::Values(isolation::in_process, isolation::process),
                         [](const auto& of) { return std::string(name_of(of.param)); });
INSTANTIATE_TEST_SUITE_P(both, zoo_asking, ::testing::Values(isolation::in_process, isolation::process),
                         [](const auto& of) { return std::string(name_of(of.param)); });
INSTANTIATE_TEST_SUITE_P(both, zoo_errands, ::testing::Values(isolation::in_process, isolation::process),
                         [](const auto& of) { return std::string(name_of(of.param)); });
INSTANTIATE_TEST_SUITE_P(both, zoo_stop, ::testing::Values(isolation::in_process, isolation::process),
                         [](const auto& of) { return std::string(name_of(of.param)); });

}  // namespace
}  // namespace parley::plugins
