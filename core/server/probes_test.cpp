// What load balancers and Prometheus are told.
#include "server/probes.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "server/process_usage.hpp"
#include "server/server_metrics.hpp"

namespace parley::server {
namespace {

transport::http_request get(std::string target) {
    return {.method = "GET", .target = std::move(target), .headers = {}, .body = {}, .remote = {}, .request_id = "r"};
}

TEST(Probes, LiveIsAlwaysAnswered) {
    const metrics::registry measured;
    const probes pages([] { return std::vector<std::string>{"broken"}; }, measured);
    EXPECT_EQ(pages.answer(get("/live"))->status, 200);
}

TEST(Probes, ReadySaysEveryReasonAgainst) {
    const metrics::registry measured;
    std::vector<std::string> reasons;
    const probes pages([&] { return reasons; }, measured);
    EXPECT_EQ(pages.answer(get("/ready"))->status, 200);
    reasons = {"The database is away.", "The server is stopping."};
    const auto not_ready = pages.answer(get("/ready"));
    EXPECT_EQ(not_ready->status, 503);
    const auto body = parse_object(not_ready->body);
    ASSERT_TRUE(body);
    EXPECT_EQ(body->at("reasons").as_array().size(), 2U);
}

TEST(Probes, LeavesOtherPagesAndMethodsAlone) {
    const metrics::registry measured;
    const probes pages([] { return std::vector<std::string>{}; }, measured);
    EXPECT_FALSE(pages.answer(get("/api/v1/me")));
    EXPECT_FALSE(pages.answer(get("/ready/x")));
    EXPECT_TRUE(pages.answer(get("/ready?verbose")));
    auto post = get("/metrics");
    post.method = "POST";
    EXPECT_EQ(pages.answer(post)->status, 405);
}

TEST(Probes, MetricsNameWhatRunsAndWhatItUses) {
    metrics::registry measured;
    measured.collect(write_build);
    measured.collect([](metrics::exposition& to) { write_process(to, read_process_usage()); });
    measured.collect([](metrics::exposition& to) { write_wire(to, {.websockets_open = 42}); });
    storage::storage_counters stored;
    stored.commits.add(7);
    measured.collect([&](metrics::exposition& to) { write_storage(to, stored); });
    const probes pages([] { return std::vector<std::string>{}; }, measured);

    const auto answer = pages.answer(get("/metrics"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->content_type, "text/plain; version=0.0.4; charset=utf-8");
    for (const auto* line : {"parley_build_info{version=\"", "\nprocess_cpu_seconds_total ",
                             "\nparley_websockets_open 42\n", "\nparley_commits_total 7\n"})
        EXPECT_NE(answer->body.find(line), std::string::npos) << line;
}

TEST(ProcessUsage, IsReadFromTheMachine) {
    const auto usage = read_process_usage();
    EXPECT_GT(usage.resident_bytes, 1024U * 1024U);
    EXPECT_GE(usage.open_descriptors, 3U);
    EXPECT_GE(usage.most_descriptors, usage.open_descriptors);
    EXPECT_GT(usage.started_at, 1'700'000'000);
}

}  // namespace
}  // namespace parley::server
