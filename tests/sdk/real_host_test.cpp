// Plugins that were made with the SDK, in the real host: what one side says, the other understands.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <map>

#include "plugins/plugins.hpp"

namespace parley::plugins {
namespace {

namespace json = boost::json;

/// A file for each plugin, in a folder that goes away.
class file_store final : public plugin_store {
public:
    file_store() {
        auto name = (std::filesystem::temp_directory_path() / "parley-host-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder = name;
    }
    ~file_store() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    file_store(const file_store&) = delete;
    file_store& operator=(const file_store&) = delete;

    result<database_place> open(const embedded& of) override {
        const auto file = folder / (of.says.id + ".db");
        run(file,
            "PRAGMA journal_mode = WAL; CREATE TABLE parley_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant "
            "INTEGER, type TEXT, conversation INTEGER, user_id INTEGER, about INTEGER, data TEXT, created_at INTEGER)");
        for (const auto& [name, sql] : of.sqlite)
            if (name.ends_with(".up.sql")) run(file, sql);
        return database_place{database_place::kind::sqlite, file.string(), {}};
    }
    result<void> upgrade(const embedded&) override { return {}; }
    void committed(std::string_view plugin) override {
        const std::lock_guard lock(guard);
        ++commits[std::string(plugin)];
    }
    int commits_of(const std::string& plugin) {
        const std::lock_guard lock(guard);
        return commits[plugin];
    }

private:
    static void run(const std::filesystem::path& file, const std::string& sql) {
        sqlite3* on = nullptr;
        sqlite3_open(file.c_str(), &on);
        EXPECT_EQ(sqlite3_exec(on, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(on);
        sqlite3_close(on);
    }

    std::filesystem::path folder;
    std::mutex guard;
    std::map<std::string, int> commits;
};

class one_message final : public kernel::api {
public:
    void invoke(kernel::caller, std::string_view operation, json::object input,
                std::move_only_function<void(result<json::object>)> done) override {
        if (operation != "message.get" || input.at("message") == "404")
            return done(failure(fault::not_found, "message_unknown", "There is no such message."));
        done(json::object{{"id", input.at("message")},
                          {"conversation", "11"},
                          {"state", "published"},
                          {"deleted_at", nullptr},
                          {"text", "Hello"}});
    }
};

/// Waits for what `begin` calls back with.
template <class T, class Begin>
result<T> wait_for(Begin begin) {
    auto promise = std::make_shared<std::promise<result<T>>>();
    auto answer = promise->get_future();
    begin([promise](result<T> end) { promise->set_value(std::move(end)); });
    if (answer.wait_for(std::chrono::seconds{20}) != std::future_status::ready)
        return failure(fault::internal, "no_answer", "");
    return answer.get();
}

class real_host : public testing::Test {
protected:
    void load(std::vector<std::string> ids) {
        plugins_options how;
        how.load.folders = {PARLEY_SDK_PLUGINS, PARLEY_PLUGINS};
        how.load.load = ids;
        how.threads.threads = 2;
        host_ports ports{.time = time, .ids = source};
        ports.storage = &files;
        ports.tenant_name = [](tenant_id) { return std::optional<std::string>("acme"); };
        auto made = plugins::load(how, std::move(ports));
        ASSERT_TRUE(made) << made.error().front();
        all = std::move(*made);
        choices by;
        by.otherwise.enabled = ids;
        by.otherwise.settings["plain"] = R"({"greeting":"Hi","limit":9})";
        by.otherwise.settings["reactions"] = R"({"max_per_message":2,"custom":[]})";
        const auto wrong = all->apply(by);
        ASSERT_TRUE(wrong.empty()) << wrong.front();
        all->start(api);
        for (auto& one : all->commands()) commands.emplace(one.name, std::move(one));
    }
    result<json::object> call(const std::string& command, json::object input) {
        kernel::caller by;
        by.tenant = tenant_id{1};
        by.user = user_id{7};
        return wait_for<json::object>(
            [&](auto done) { commands.at(command).run(by, {}, std::move(input), std::move(done)); });
    }
    result<kernel::judgement> judge(std::string text) {
        kernel::message_case made;
        made.tenant_name = "acme";
        made.draft.tenant = tenant_id{1};
        made.draft.text = std::move(text);
        return wait_for<kernel::judgement>([&](auto done) { all->judges().judge(std::move(made), std::move(done)); });
    }

    system_clock time;
    id_source source{time, 1};
    file_store files;
    one_message api;
    std::unique_ptr<plugins> all;
    std::map<std::string, kernel::offered_command> commands;
};

TEST_F(real_host, calls_hooks_and_settings_arrive_whole) {
    load({"plain"});
    EXPECT_EQ(call("plain.greet", {{"name", "Bob"}})->at("text"), "Hi, Bob.");
    EXPECT_EQ(call("plain.get", {{"message", "5"}})->at("text"), "Hello");
    EXPECT_EQ(call("plain.get", {{"message", "404"}}).error().code, "message_unknown");
    EXPECT_EQ(call("plain.greet", {{"name", ""}}).error().field, "name");
    const auto fault_of_ours = call("plain.throw", {});
    ASSERT_FALSE(fault_of_ours);
    EXPECT_EQ(fault_of_ours.error().message.find("secret"), std::string::npos);

    EXPECT_EQ(judge("Hello  ")->text, "Hello");
    EXPECT_EQ(judge("bad").error().code, "bad");
    EXPECT_EQ(judge("odd")->holds.size(), 1U);
    EXPECT_FALSE(judge("throw"));
}

#ifdef PARLEY_HAS_REACTIONS
TEST_F(real_host, reactions_are_kept) {
    load({"reactions"});
    const auto added = call("reaction.add", {{"message", "5"}, {"emoji", "👍"}});
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_EQ(added->at("count"), 1);
    EXPECT_EQ(call("reaction.add", {{"message", "404"}, {"emoji", "👍"}}).error().kind, fault::not_found);
    EXPECT_EQ(call("reaction.of", {{"message", "5"}})->at("reactions").at(0).at("mine"), true);
    EXPECT_EQ(files.commits_of("reactions"), 1);
}
#endif

}  // namespace
}  // namespace parley::plugins
