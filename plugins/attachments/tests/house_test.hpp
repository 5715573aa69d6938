// The plugin in front of a fake host, and another connection to its rows.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <parley/testing/fake_host.hpp>

namespace attachments::testing {

namespace json = boost::json;
using parley::testing::answer;
using parley::testing::fake_host;

class house_test : public ::testing::Test {
protected:
    house_test() {
        sees_messages();
        has_gates({});
        std::filesystem::create_directories(host.files());
    }

    /// Who has a say about files from now on.
    void has_gates(const json::array& plugins, const json::array& cleaners = {}) {
        host.answer("service host.providers/1", [=](const json::object& input) {
            const bool cleans = input.at("service") == "file_clean/1";
            return answer{PARLEY_OK, {{"plugins", cleans ? cleaners : plugins}}, {}, {}, {}, {}, {}, {}};
        });
    }

    /// message.get answers every message, as it is published.
    void sees_messages() { host.answer("message.get", {{"id", "5"}, {"deleted_at", nullptr}}); }
    void sees_none() { host.refuse("message.get", PARLEY_NOT_FOUND, "message_unknown"); }

    /// Runs SQL on another connection; the first value of what comes.
    std::string sql(const std::string& text) {
        sqlite3* on = nullptr;
        sqlite3_open(host.database_file().c_str(), &on);
        sqlite3_busy_timeout(on, 5'000);
        std::string first;
        char* problem = nullptr;
        const auto row = [](void* into, int count, char** values, char**) {
            auto& to = *static_cast<std::string*>(into);
            if (to.empty() && count > 0 && values[0] != nullptr) to = values[0];
            return 0;
        };
        sqlite3_exec(on, text.c_str(), row, &first, &problem);
        EXPECT_EQ(problem, nullptr) << text << ": " << (problem == nullptr ? "" : problem);
        sqlite3_free(problem);
        sqlite3_close(on);
        return first;
    }

    struct put {
        std::string state = "ready";
        std::int64_t uploader = 7;
        std::int64_t message = 0;
        std::int64_t published = 0;
        std::int64_t conversation = 11;
        std::string category = "image";
        std::string gates{};
        std::int64_t tenant = 1;
        std::int64_t version_of = 0;
        std::int64_t bytes = 100;
    };
    /// A file that is there already.
    std::string has_file(const put& is) {
        const auto id = std::to_string(++last_);
        const auto number = [](std::int64_t one) { return std::to_string(one); };
        const bool shown = is.published != 0 && is.state == "ready" && is.version_of == 0;
        sql("INSERT INTO file (id, tenant, conversation, model, uploader, message, published, held, shown, name, type, "
            "category, bytes, sha256, state, reason, gates, passed, path, version_of, version, created, check_at, "
            "tries) VALUES (" +
            id + "," + number(is.tenant) + "," + number(is.conversation) + ",''," + number(is.uploader) + "," +
            number(is.message) + "," + number(is.published) + ",0," + (shown ? "1" : "0") + ",'a.png','image/png','" +
            is.category + "'," + number(is.bytes) + ",'abc','" + is.state + "','','" + is.gates + "','','blobs/" + id +
            "'," + number(is.version_of) + "," + (is.version_of == 0 ? "1" : "2") + "," + number(host.now()) + "," +
            (is.state == "checking" ? number(host.now()) : "0") + ",0)");
        return id;
    }
    std::string state_of(const std::string& file) { return sql("SELECT state FROM file WHERE id = " + file); }

    answer brings(const std::string& name, const std::string& bytes, std::int64_t user = 7) {
        return host.upload("file.upload", {{"conversation", "11"}}, {{.name = name, .bytes = bytes}}, {.user = user});
    }
    /// What the answer to a transfer says.
    static json::object body(const answer& of) { return of.json.at("reply").at("json").as_object(); }
    static std::int64_t status(const answer& of) {
        return of.ok() && of.json.contains("reply") ? of.json.at("reply").at("status").to_number<std::int64_t>() : 0;
    }
    static std::string header(const answer& of, const char* name) {
        const auto& all = of.json.at("reply").at("headers").as_object();
        return all.contains(name) ? std::string(all.at(name).as_string()) : std::string();
    }
    /// Files that are on the disk, whatever they are called.
    [[nodiscard]] std::size_t on_disk() const {
        std::size_t all = 0;
        for (const auto& one : std::filesystem::recursive_directory_iterator(host.files()))
            all += one.is_regular_file() ? 1 : 0;
        return all;
    }
    void write(const std::string& path, const std::string& bytes) const {
        std::filesystem::create_directories((host.files() / path).parent_path());
        std::ofstream(host.files() / path, std::ios::binary | std::ios::app) << bytes;
    }
    /// What the ledger says of a user: bytes, files, and what is reserved of both.
    std::string ledger(const std::string& scope = "user") {
        return sql(
            "SELECT bytes || ' ' || files || ' ' || reserved_bytes || ' ' || reserved_files FROM usage_tally "
            "WHERE scope = '" +
            scope + "'");
    }

    static json::object files(const std::vector<std::string>& ids) {
        json::array all;
        for (const auto& one : ids) all.push_back(json::object{{"file", one}});
        return {{"files", std::move(all)}};
    }
    /// The event after a message was written with these files.
    answer written(const char* type, const std::string& message, const std::vector<std::string>& ids,
                   const std::string& author = "7", bool is_held_by_us = false) {
        json::object what{{"id", message}, {"conversation", "11"}, {"author", author}, {"data", files(ids)}};
        if (is_held_by_us) what["held_by"] = json::array{json::object{{"holder", "attachments"}, {"reason", "x"}}};
        return host.hear(type, {{"message", what}});
    }

    fake_host host;

private:
    std::int64_t last_ = 500;
};

}  // namespace attachments::testing
