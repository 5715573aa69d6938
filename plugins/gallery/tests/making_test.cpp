// From events to thumbnails: the plugin in front of a fake host, and another connection to its rows.
#include <sqlite3.h>

#include <parley/testing/fake_host.hpp>

#include "media_test.hpp"

namespace gallery {
namespace {

using namespace testing;
namespace json = boost::json;
using parley::testing::answer;
using parley::testing::fake_host;

class house : public ::testing::Test {
protected:
    house() {
        host.answer("service attachments.file/1", [this](const json::object& input) { return found(input); });
        host.answer("service attachments.may_see/1", [this](const json::object& input) { return found(input); });
        host.answer("service attachments.files/1", [this](const json::object& input) { return page(input); });
        host.answer("user.me", {{"permissions", json::array{"gallery.see"}}});
        host.serve("attachments.recheck/1", {{"file", "1"}, {"state", "checking"}});
    }

    static answer ok(json::object of) { return {PARLEY_OK, std::move(of), {}, {}, {}, {}, {}, {}}; }
    answer found(const json::object& input) {
        const auto at = files_.find(std::string(input.at("file").as_string()));
        if (at == files_.end()) return {PARLEY_NOT_FOUND, {}, "file_unknown", "There is no such file.", {}, {}, {}, {}};
        return ok(at->second);
    }
    answer page(const json::object& input) {
        const auto* ids = input.if_contains("files");
        const auto* after = input.if_contains("after");
        const auto least = after != nullptr && after->is_string() ? std::stoll(std::string(after->as_string())) : 0;
        json::array all;
        for (const auto& [id, facts] : files_) {
            bool is_wanted = std::stoll(id) > least;
            if (ids != nullptr && ids->is_array()) {
                is_wanted = false;
                for (const auto& one : ids->as_array()) is_wanted = is_wanted || one.as_string() == id;
            }
            if (is_wanted) all.push_back(facts);
        }
        return ok({{"files", all}, {"more", false}});
    }

    /// A file that attachments has from now on.
    void has(const std::string& id, const fs::path& content, const std::string& type, json::object more = {}) {
        const auto to = host.files().parent_path() / "others" / "attachments" / ("blobs/" + id);
        fs::create_directories(to.parent_path());
        fs::copy_file(content, to, fs::copy_options::overwrite_existing);
        json::object facts{
            {"file", id},
            {"conversation", "11"},
            {"model", ""},
            {"uploader", "7"},
            {"message", "5"},
            {"published", true},
            {"path", "blobs/" + id},
            {"name", "a.bin"},
            {"type", type},
            {"category", type.substr(0, type.find('/')) == "application" ? "document" : type.substr(0, type.find('/'))},
            {"bytes", 5},
            {"sha256", "s" + id},
            {"state", "ready"},
            {"reason", ""},
            {"version", 1},
            {"created_at", 1'767'225'540'000}};
        for (auto& [name, value] : more) facts[name] = value;
        files_[id] = std::move(facts);
    }
    void hears(const std::string& id, const char* state = "ready") {
        const auto got =
            host.hear("file.changed", {{"file", id}, {"state", state}, {"reason", ""}, {"message", nullptr}});
        ASSERT_TRUE(got.ok()) << got.sentence;
    }
    void makes() {
        const auto got = host.run("make");
        ASSERT_TRUE(got.ok()) << got.sentence;
    }
    answer thumbnail(const std::string& id, int size = 150) {
        return host.begin_transfer("gallery.thumbnail", {{"file", id}, {"size", size}});
    }
    std::string state_of(const std::string& id) { return sql("SELECT state FROM item WHERE id = " + id); }
    std::size_t on_disk() const {
        std::size_t all = 0;
        std::error_code none;
        for (const auto& one : fs::recursive_directory_iterator(host.files(), none))
            all += one.is_regular_file() ? 1 : 0;
        return all;
    }
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
    json::array clean_service(const std::string& id) {
        const auto got = host.ask_service("gallery.file_clean/1", {{"file", id},
                                                                   {"path", "blobs/" + id},
                                                                   {"name", "a.jpg"},
                                                                   {"type", "image/jpeg"},
                                                                   {"category", "image"},
                                                                   {"bytes", 5},
                                                                   {"tenant", "1"},
                                                                   {"conversation", "11"},
                                                                   {"model", ""},
                                                                   {"uploader", "7"}});
        EXPECT_TRUE(got.ok()) << got.sentence;
        return got.ok() ? got.json.at("edits").as_array() : json::array{};
    }
    static std::vector<attachments::file_edit> edits(const json::array& from) {
        std::vector<attachments::file_edit> all;
        for (const auto& one : from) all.push_back(*sdk::from_json<attachments::file_edit>(one));
        return all;
    }
    std::size_t told(const std::string& service) const {
        std::size_t count = 0;
        for (const auto& [name, input] : host.invoked()) count += name == "service " + service ? 1 : 0;
        return count;
    }
    answer list(json::object more = {}) {
        more["conversation"] = "11";
        return host.call("gallery.list", more);
    }

    folder from;
    std::map<std::string, json::object> files_;
    fake_host host;
};

using making_them = house;
using listing_them = house;

TEST_F(making_them, a_file_that_is_ready_gets_thumbnails_in_the_background) {
    has("1", draw(from, "a.png", 1000, 500), "image/png");
    hears("1");
    EXPECT_EQ(state_of("1"), "pending");
    ASSERT_FALSE(host.jobs().empty());
    EXPECT_EQ(thumbnail("1").code, "file_unknown");
    makes();
    EXPECT_EQ(state_of("1"), "done");
    EXPECT_EQ(on_disk(), 3u);
    const auto got = thumbnail("1", 300);
    ASSERT_TRUE(got.ok()) << got.sentence;
    const auto& file = got.json.at("reply").at("file").as_object();
    EXPECT_EQ(file.at("path"), "thumbnails/1/1/300.jpg");
    EXPECT_EQ(file.at("type"), "image/jpeg");
    EXPECT_EQ(file.at("sandbox"), true);
    EXPECT_EQ(file.at("cache"), "private, no-cache");
    EXPECT_EQ(thumbnail("1", 5'000).json.at("reply").at("file").at("path"), "thumbnails/1/1/800.jpg");
    EXPECT_EQ(host.events().back().type, "gallery.changed");
    EXPECT_EQ(host.metric("made"), 1);
    const auto facts = host.call("gallery.facts", {{"file", "1"}});
    EXPECT_EQ(facts.json.at("width"), 1000);
    EXPECT_EQ(facts.json.at("thumbnails").as_array().size(), 3u);
}

TEST_F(making_them, nothing_is_made_of_what_is_not_ready) {
    has("1", draw(from, "a.png", 10, 10), "image/png", {{"state", "waiting"}});
    hears("1", "waiting");
    makes();
    EXPECT_EQ(state_of("1"), "none");
    EXPECT_EQ(on_disk(), 0u);
    EXPECT_TRUE(list().json.at("items").as_array().empty());
}

TEST_F(making_them, who_may_not_see_the_file_has_no_thumbnail) {
    has("1", draw(from, "a.png", 10, 10), "image/png");
    hears("1");
    makes();
    ASSERT_TRUE(thumbnail("1").ok());
    host.refuse("service attachments.may_see/1", PARLEY_NOT_FOUND, "file_unknown");
    for (const auto* command : {"gallery.facts", "gallery.camera"})
        EXPECT_EQ(host.call(command, {{"file", "1"}}).status, PARLEY_NOT_FOUND);
    EXPECT_EQ(thumbnail("1").status, PARLEY_NOT_FOUND);
    EXPECT_EQ(host.call("gallery.label", {{"file", "1"}, {"label", "x"}}).status, PARLEY_NOT_FOUND);
}

TEST_F(making_them, what_cannot_be_read_is_failed_for_good) {
    has("1", from.write("a", "hello"), "image/png");
    has("2", print(from, "a.pdf", 100, 200), "application/pdf");
    has("3", film(from, "a.mkv", 64, 64, "matroska"), "video/x-matroska");
    has("4", from.write("b", "plain words"), "text/plain", {{"category", "document"}});
    for (const auto* one : {"1", "2", "3", "4"}) hears(one);
    makes();
    EXPECT_EQ(state_of("1"), "failed");
    EXPECT_NE(sql("SELECT reason FROM item WHERE id = 1"), "");
    EXPECT_EQ(state_of("2"), "done");
    EXPECT_EQ(sql("SELECT pages FROM item WHERE id = 2"), "3");
    EXPECT_EQ(state_of("3"), "done");
    EXPECT_EQ(state_of("4"), "none");
    EXPECT_EQ(host.metric("failed"), 1);
    hears("1");
    makes();
    EXPECT_EQ(host.metric("failed"), 1);
}

TEST_F(making_them, a_file_that_kills_the_process_is_tried_three_times) {
    has("1", draw(from, "a.png", 10, 10), "image/png");
    hears("1");
    // As if the process had died of it twice, and now.
    sql("UPDATE item SET tries = 3");
    makes();
    EXPECT_EQ(state_of("1"), "failed");
    EXPECT_EQ(on_disk(), 0u);
}

TEST_F(making_them, a_try_is_counted_before_it_is_made) {
    has("1", draw(from, "a.png", 10, 10), "image/png");
    hears("1");
    host.refuse("service attachments.file/1", PARLEY_UNAVAILABLE, "later");
    EXPECT_FALSE(host.run("make").ok());
    EXPECT_EQ(sql("SELECT tries FROM item"), "1");
    EXPECT_EQ(state_of("1"), "pending");
    makes();  // somebody has begun it, so it is left alone
    EXPECT_EQ(sql("SELECT tries FROM item"), "1");
    host.answer("service attachments.file/1", [this](const json::object& input) { return found(input); });
    host.advance(std::chrono::minutes(2));
    makes();
    EXPECT_EQ(state_of("1"), "done");
}

TEST_F(making_them, files_of_before_are_found_and_cleaned_first) {
    has("1", photograph(from, "a.jpg", 400, 200), "image/jpeg");
    has("2", draw(from, "b.png", 400, 200), "image/png");
    ASSERT_TRUE(host.run("sweep").ok());
    makes();
    EXPECT_EQ(state_of("2"), "done");
    EXPECT_EQ(told("attachments.recheck/1"), 1u);
    EXPECT_EQ(thumbnail("1").status, PARLEY_NOT_FOUND);
    // Attachments asks, changes the file, and says that it is ready.
    const auto cleaned = clean_service("1");
    EXPECT_EQ(cleaned.size(), 1u);
    const auto text = content_of(from.at() / "a.jpg");
    has("1", from.write("c.jpg", edited(text, edits(cleaned))), "image/jpeg", {{"sha256", "new"}});
    hears("1");
    makes();
    EXPECT_EQ(state_of("1"), "done");
    EXPECT_EQ(told("attachments.recheck/1"), 1u);
    const auto asked = told("attachments.files/1");
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(told("attachments.files/1"), asked + 1);
    EXPECT_EQ(host.metric("made"), 2);
}

TEST_F(making_them, everything_goes_with_the_file) {
    has("1", draw(from, "a.png", 1000, 10), "image/png");
    hears("1");
    makes();
    ASSERT_TRUE(host.call("gallery.label", {{"file", "1"}, {"label", "x"}}).ok());
    EXPECT_GT(on_disk(), 0u);
    files_.clear();
    ASSERT_TRUE(host.hear("file.removed", {{"file", "1"}}).ok());
    EXPECT_EQ(on_disk(), 0u);
    EXPECT_EQ(
        sql("SELECT (SELECT count(*) FROM item) + (SELECT count(*) FROM thumbnail) + (SELECT count(*) FROM label)"),
        "0");
    EXPECT_EQ(thumbnail("1").status, PARLEY_NOT_FOUND);
    ASSERT_TRUE(host.hear("file.removed", {{"file", "1"}}).ok());
}

TEST_F(making_them, verifying_mends_either_way) {
    has("1", draw(from, "a.png", 1000, 10), "image/png");
    has("2", draw(from, "a.png", 1000, 10), "image/png");
    hears("1");
    hears("2");
    makes();
    fs::remove(host.files() / "thumbnails/1/1/150.jpg");
    files_.erase("2");
    has("3", draw(from, "a.png", 1000, 10), "image/png");
    fs::create_directories(host.files() / "thumbnails/1/9");
    const auto orphan = host.files() / "thumbnails/1/9/150.jpg";
    std::ofstream(orphan) << "x";
    fs::last_write_time(orphan, fs::file_time_type::clock::now() - std::chrono::hours(1));
    const auto looked = host.call("gallery.verify", {});
    EXPECT_EQ(
        json::serialize(looked.json),
        R"({"items":2,"thumbnails":6,"without_file":1,"without_pictures":1,"orphans":1,"unknown":1,"repaired":false})");
    ASSERT_TRUE(host.call("gallery.verify", {{"repair", true}}).ok());
    makes();
    const auto again = host.call("gallery.verify", {});
    EXPECT_EQ(
        json::serialize(again.json),
        R"({"items":2,"thumbnails":6,"without_file":0,"without_pictures":0,"orphans":0,"unknown":0,"repaired":false})");
    EXPECT_EQ(on_disk(), 6u);
}

TEST_F(making_them, what_a_camera_wrote_is_kept_for_those_who_may_know) {
    has("1", photograph(from, "a.jpg", 400, 200), "image/jpeg");
    EXPECT_EQ(clean_service("1").size(), 1u);
    EXPECT_EQ(host.metric("cleaned"), 1);
    hears("1");
    const auto got = host.call("gallery.camera", {{"file", "1"}});
    EXPECT_EQ(got.json.at("camera").at("make"), "Kamera");
    EXPECT_NEAR(got.json.at("camera").at("place").at("latitude").as_double(), 48.1375, 1e-6);
    EXPECT_EQ(host.call("gallery.facts", {{"file", "1"}}).json.at("taken_at"), "2025-06-07T08:09:10");
    EXPECT_EQ(list({{"q", "KAMERA"}}).json.at("items").as_array().size(), 0u);
    host.answer("user.me", {{"permissions", json::array{"gallery.metadata"}}});
    EXPECT_EQ(list({{"q", "KAMERA"}}).json.at("items").as_array().size(), 1u);
    host.set({{"keep_metadata", true}});
    EXPECT_EQ(clean_service("1").size(), 0u);
    has("2", draw(from, "b.png", 4, 4), "image/png");
    EXPECT_EQ(clean_service("2").size(), 0u);
}

TEST_F(listing_them, by_category_label_name_and_place) {
    has("1", draw(from, "a.png", 10, 10), "image/png", {{"name", "Größe 100%_x.png"}});
    has("2", print(from, "a.pdf", 100, 100), "application/pdf", {{"name", "Plan.pdf"}});
    has("3", from.write("c", "words"), "text/plain", {{"name", "c.txt"}, {"category", "document"}});
    for (const auto* one : {"1", "2", "3"}) hears(one);
    makes();
    const auto ids = [&](const json::object& more) {
        std::string all;
        const auto got = list(more);
        EXPECT_TRUE(got.ok()) << got.sentence;
        for (const auto& one : got.json.at("items").as_array()) all += std::string(one.at("file").as_string());
        return all;
    };
    EXPECT_EQ(ids({}), "321");
    EXPECT_EQ(ids({{"category", "document"}}), "32");
    EXPECT_EQ(ids({{"q", "GRÖSSE"}}), "1");
    EXPECT_EQ(ids({{"q", "100%_X"}}), "1");
    EXPECT_EQ(ids({{"q", "%"}}), "1");
    EXPECT_EQ(ids({{"q", "pdf"}}), "2");
    EXPECT_EQ(ids({{"q", "' OR 1=1 --"}}), "");
    ASSERT_TRUE(host.call("gallery.label", {{"file", "2"}, {"label", "it's new"}}).ok());
    EXPECT_EQ(ids({{"label", "it's new"}}), "2");
    EXPECT_EQ(ids({{"label", "' OR 1=1 --"}}), "");
    const auto moved = host.call("gallery.relabel", {{"file", "2"}, {"from", "it's new"}, {"to", "old"}});
    EXPECT_EQ(json::serialize(moved.json.at("labels")), R"(["old"])");
    EXPECT_EQ(json::serialize(host.call("gallery.labels", {{"conversation", "11"}}).json.at("labels")), R"(["old"])");
    EXPECT_EQ(host.call("gallery.relabel", {{"file", "2"}, {"from", "none"}, {"to", "x"}}).code, "label_missing");
    EXPECT_EQ(host.call("gallery.label", {{"file", "2"}, {"label", "a\nb"}}).code, "label_invalid");
    ASSERT_TRUE(host.call("gallery.unlabel", {{"file", "2"}, {"label", "old"}}).ok());
    EXPECT_EQ(ids({{"label", "old"}}), "");
    ASSERT_TRUE(host.call("gallery.place", {{"file", "1"}, {"to", "portfolio"}}).ok());
    EXPECT_EQ(ids({{"from", "portfolio"}}), "1");
    EXPECT_EQ(ids({{"from", "client"}}), "32");
    EXPECT_EQ(ids({{"limit", 2}}), "32");
    EXPECT_EQ(list({{"limit", 2}}).json.at("more"), true);
    EXPECT_EQ(ids({{"limit", 2}, {"before", "2"}}), "1");
    const auto day = [&](int offset) { return list({{"offset_minutes", offset}}).json.at("items").at(0).at("day"); };
    EXPECT_EQ(day(0), "2025-12-31");
    EXPECT_EQ(day(60), "2026-01-01");
}

TEST_F(listing_them, what_attachments_does_not_show_is_not_there) {
    for (const auto* one : {"1", "2", "3", "4"}) {
        has(one, from.write("c", "words"), "text/plain", {{"category", "document"}});
        hears(one);
    }
    ASSERT_EQ(list().json.at("items").as_array().size(), 4u);
    files_["2"]["state"] = "checking";  // and nobody has told us yet
    files_["3"]["published"] = false;
    files_["4"]["conversation"] = "12";
    const auto got = list({{"limit", 1}});
    ASSERT_EQ(got.json.at("items").as_array().size(), 1u);
    EXPECT_EQ(got.json.at("items").at(0).at("file"), "1");
    EXPECT_EQ(got.json.at("more"), false);
    EXPECT_TRUE(host.call("gallery.list", {{"conversation", "11"}}, {.tenant = 2}).json.at("items").as_array().empty());
}

}  // namespace
}  // namespace gallery
