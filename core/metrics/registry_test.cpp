// What Prometheus reads: names, types, labels, escapes, buckets.
#include "metrics/registry.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

namespace parley::metrics {
namespace {

TEST(Registry, WritesEachFamilyOnceWithItsSamples) {
    registry all;
    all.add_counter("parley_requests_total", "Requests answered.", {{"class", "2xx"}}).add(3);
    auto& open = all.add_gauge("parley_open", "Open now.");
    all.add_counter("parley_requests_total", "Requests answered.", {{"class", "4xx"}}).add();
    open.set(7);
    open.add(-9);

    EXPECT_EQ(all.text(),
              "# HELP parley_requests_total Requests answered.\n"
              "# TYPE parley_requests_total counter\n"
              "parley_requests_total{class=\"2xx\"} 3\n"
              "parley_requests_total{class=\"4xx\"} 1\n"
              "# HELP parley_open Open now.\n"
              "# TYPE parley_open gauge\n"
              "parley_open -2\n");
}

TEST(Registry, GivesTheSameInstrumentForTheSameNameAndLabels) {
    registry all;
    auto& one = all.add_counter("a_total", "A.", {{"k", "v"}});
    EXPECT_EQ(&one, &all.add_counter("a_total", "A.", {{"k", "v"}}));
    EXPECT_NE(&one, &all.add_counter("a_total", "A.", {{"k", "w"}}));
    EXPECT_THROW((void)all.add_gauge("a_total", "A."), std::logic_error);
}

TEST(Registry, HistogramBucketsAreCumulativeAndBoundsBelongToThem) {
    registry all;
    auto& took = all.add_histogram("took_seconds", "Time.", {0.25, 1}, {{"op", "x"}});
    for (const double value : {0.1, 0.25, 0.5, 2.0}) took.observe(value);

    EXPECT_EQ(all.text(),
              "# HELP took_seconds Time.\n"
              "# TYPE took_seconds histogram\n"
              "took_seconds_bucket{op=\"x\",le=\"0.25\"} 2\n"
              "took_seconds_bucket{op=\"x\",le=\"1\"} 3\n"
              "took_seconds_bucket{op=\"x\",le=\"+Inf\"} 4\n"
              "took_seconds_sum{op=\"x\"} 2.85\n"
              "took_seconds_count{op=\"x\"} 4\n");
}

TEST(Registry, AsksCollectorsEachTime) {
    registry all;
    std::uint64_t asked = 0;
    all.collect([&](exposition& to) { to.single(kind::counter, "asked_total", "Asked.", ++asked); });
    EXPECT_NE(all.text().find("asked_total 1\n"), std::string::npos);
    EXPECT_NE(all.text().find("asked_total 2\n"), std::string::npos);
}

TEST(Registry, CountsWhatSeveralThreadsAdd) {
    registry all;
    auto& count = all.add_counter("n_total", "N.");
    auto& spread = all.add_histogram("n_seconds", "N.", {1});
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                count.add();
                spread.observe(0.5);
            }
        });
    }
    threads.clear();
    EXPECT_EQ(count.get(), 40'000U);
    EXPECT_EQ(spread.counts(), (std::vector<std::uint64_t>{40'000, 0}));
    EXPECT_DOUBLE_EQ(spread.sum(), 20'000);
}

TEST(Exposition, EscapesHelpAndLabelValues) {
    exposition made;
    made.family(kind::gauge, "g", "back\\slash \"quote\" line\nend");
    made.sample(1, {{"v", "back\\slash \"quote\" line\nend"}});
    EXPECT_EQ(made.text(),
              "# HELP g back\\\\slash \"quote\" line\\nend\n"
              "# TYPE g gauge\n"
              "g{v=\"back\\\\slash \\\"quote\\\" line\\nend\"} 1\n");
}

TEST(Exposition, WritesNumbersThatAreReadBackExactly) {
    exposition made;
    made.family(kind::gauge, "g", "G.");
    made.sample(0.1);
    made.sample(1e300);
    made.sample(std::numeric_limits<double>::infinity());
    made.sample(-std::numeric_limits<double>::infinity());
    made.sample(std::numeric_limits<double>::quiet_NaN());
    made.sample(std::numeric_limits<std::uint64_t>::max());
    made.sample(std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(made.text(),
              "# HELP g G.\n# TYPE g gauge\n"
              "g 0.1\ng 1e+300\ng +Inf\ng -Inf\ng NaN\ng 18446744073709551615\ng -9223372036854775808\n");
}

}  // namespace
}  // namespace parley::metrics
