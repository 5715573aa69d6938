// What becomes of a file when gates speak, in every order.
#include "gates.hpp"

#include <gtest/gtest.h>

namespace {

using namespace attachments;

struct gates : testing::Test {
    gates() {
        row.gates = in_order({"approval", "odd", "virus_scan"});
        set_state(row, file_state::checking);
        row.published = 1;
        row.message = 5;
    }
    bool say(const char* gate, file_says what, const char* reason = "") {
        return hear_gate(row, {sdk::id(1), gate, what, std::string(reason)}, 1000);
    }
    file_row row;
};

TEST_F(gates, the_scanner_is_first_and_people_are_last) {
    EXPECT_EQ(row.gates, "virus_scan odd approval");
    EXPECT_EQ(in_order({}), "");
    EXPECT_EQ(in_order({"b", "a", "b"}), "a b");
}

TEST_F(gates, only_when_all_have_passed_it_is_ready) {
    EXPECT_EQ(next_gate(row), "virus_scan");
    EXPECT_TRUE(say("virus_scan", file_says::pass));
    EXPECT_EQ(next_gate(row), "odd");
    EXPECT_EQ(row.shown, 0);
    EXPECT_TRUE(say("odd", file_says::pass));
    EXPECT_TRUE(say("approval", file_says::wait));
    EXPECT_EQ(state_of(row), file_state::waiting);
    EXPECT_EQ(row.check_at, 0);
    EXPECT_TRUE(say("approval", file_says::pass));
    EXPECT_EQ(state_of(row), file_state::ready);
    EXPECT_EQ(row.shown, 1);
    EXPECT_FALSE(say("approval", file_says::pass));
}

TEST_F(gates, a_later_gate_does_not_speak_for_an_earlier_one) {
    EXPECT_TRUE(say("approval", file_says::pass));
    EXPECT_EQ(state_of(row), file_state::checking);
    EXPECT_FALSE(say("approval", file_says::wait));
    EXPECT_FALSE(say("stranger", file_says::pass));
    EXPECT_TRUE(say("virus_scan", file_says::pass));
    EXPECT_EQ(next_gate(row), "odd");
    EXPECT_TRUE(say("odd", file_says::pass));
    EXPECT_EQ(state_of(row), file_state::ready);
}

TEST_F(gates, what_is_turned_down_stays_so) {
    EXPECT_TRUE(say("virus_scan", file_says::reject, "Too large to be scanned."));
    EXPECT_EQ(row.reason, "Too large to be scanned.");
    EXPECT_FALSE(say("virus_scan", file_says::pass));
    EXPECT_EQ(state_of(row), file_state::rejected);
    EXPECT_TRUE(say("virus_scan", file_says::quarantine, "Infected."));
    EXPECT_FALSE(say("approval", file_says::pass));
    EXPECT_FALSE(say("approval", file_says::reject));
    EXPECT_EQ(state_of(row), file_state::quarantined);
}

TEST_F(gates, a_file_that_was_ready_can_be_found_infected) {
    for (const char* one : {"virus_scan", "odd", "approval"}) EXPECT_TRUE(say(one, file_says::pass));
    EXPECT_EQ(row.shown, 1);
    EXPECT_TRUE(say("virus_scan", file_says::quarantine, "Eicar"));
    EXPECT_EQ(state_of(row), file_state::quarantined);
    EXPECT_EQ(row.shown, 0);
}

TEST_F(gates, asked_again_nobody_is_served_until_it_has_passed) {
    for (const char* one : {"virus_scan", "odd", "approval"}) EXPECT_TRUE(say(one, file_says::pass));
    ask_again(row, "odd", 7);
    EXPECT_EQ(state_of(row), file_state::checking);
    EXPECT_EQ(row.shown, 0);
    EXPECT_EQ(next_gate(row), "odd");
    EXPECT_EQ(row.check_at, 7);
    EXPECT_TRUE(say("odd", file_says::pass));
    EXPECT_EQ(state_of(row), file_state::ready);
    ask_again(row, "late", 7);
    EXPECT_EQ(next_gate(row), "late");
}

TEST_F(gates, what_is_not_there_yet_or_no_more_hears_nobody) {
    for (const auto state : {file_state::uploading, file_state::kept}) {
        set_state(row, state);
        for (const auto said : {file_says::pass, file_says::wait, file_says::reject, file_says::quarantine})
            EXPECT_FALSE(say("virus_scan", said));
    }
}

TEST_F(gates, one_that_does_not_answer_is_asked_later_and_later_for_ever) {
    std::int64_t before = 0;
    for (int tried = 0; tried < 100; ++tried) {
        put_off(row, 0);
        EXPECT_GE(row.check_at, before);
        EXPECT_LE(row.check_at, 60'000);
        before = row.check_at;
    }
    EXPECT_EQ(state_of(row), file_state::checking);
}

}  // namespace
