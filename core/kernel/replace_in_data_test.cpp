// What is taken back stands nowhere afterwards: not in the row, not in a revision, not in the log.
#include "kernel/replace_in_data.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "kernel/delete_message.hpp"
#include "kernel/edit_message.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

namespace json = boost::json;

class replacing : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    conversation_id room = inn.add_channel(mia, {ann});

    message sends_things() {
        const auto said = inn.send(ann, room, "look");
        inn.write([&](writing& w) {
            auto row = *w.find_message(rows(), said.id);
            row.data = {{"things", json::array{json::object{{"thing", "7"}, {"name", "plans"}},
                                               json::object{{"thing", "8"}, {"name", "other"}}, "7"}}};
            w.update(rows(), row);
            return result<void>{};
        });
        return said;
    }
    bool replace(message_id which, std::string value = "7") {
        bool changed = false;
        const data_replacement what{
            .message = which, .list = "things", .key = "thing", .value = std::move(value), .with = {{"gone", true}}};
        inn.write([&](writing& w) {
            changed = replace_in_data(inn.env, w, what);
            return result<void>{};
        });
        return changed;
    }
    std::string data_of(message_id which) { return json::serialize(inn.rows().messages.at(which).data); }
};

TEST_F(replacing, takes_it_out_of_the_message_and_tells_readers) {
    const auto said = sends_things();
    const auto end = inn.log_end();
    ASSERT_TRUE(replace(said.id));
    EXPECT_EQ(data_of(said.id), R"({"things":[{"gone":true},{"thing":"8","name":"other"},"7"]})");
    EXPECT_FALSE(inn.rows().messages.at(said.id).edited_at);
    EXPECT_EQ(inn.log_end(), end + 1);
    EXPECT_FALSE(replace(said.id)) << "once is enough";
    EXPECT_EQ(inn.log_end(), end + 1);
}

TEST_F(replacing, takes_it_out_of_revisions_also_of_what_was_deleted) {
    const auto said = sends_things();
    const edit_message_command command{.message = said.id, .text = "look here", .data = {}};
    ASSERT_TRUE(inn.write([&](writing& w) { return edit_message(inn.env, w, inn.as(ann), command); }));
    ASSERT_TRUE(
        inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(ann), said.id, deletion::soft); }));
    const auto end = inn.log_end();
    ASSERT_TRUE(replace(said.id));
    const auto before = inn.read([&](reading& from) { return from.revisions(rows(), said.id); });
    ASSERT_EQ(before.size(), 2U);
    for (const auto& one : before) EXPECT_EQ(json::serialize(one.data).find("plans"), std::string::npos);
    EXPECT_EQ(before.front().text, "look");
    EXPECT_EQ(before.front().number, 1);
    EXPECT_EQ(inn.log_end(), end) << "nobody saw anything of a deleted message";
}

TEST_F(replacing, leaves_alone_what_is_not_meant) {
    const auto said = sends_things();
    const auto before = data_of(said.id);
    EXPECT_FALSE(replace(said.id, "9"));
    EXPECT_FALSE(replace(message_id{4711}));
    EXPECT_EQ(data_of(said.id), before);
    EXPECT_FALSE(replace(inn.send(ann, room, "no data").id));
}

}  // namespace
}  // namespace parley::kernel
