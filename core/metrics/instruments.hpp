// Numbers that many threads raise while they work: counters, gauges, histograms.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace parley::metrics {

/// Only grows. Safe to use from any thread; nothing is ordered by it.
class counter {
public:
    void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. Safe to use from any thread.
class gauge {
public:
    void set(std::int64_t to) { value_.store(to, std::memory_order_relaxed); }
    void add(std::int64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// How often values fell between which bounds. Safe to use from any thread.
class histogram {
public:
    /// `bounds` grow; each is the largest value of its bucket. One more bucket takes what lies above the last.
    explicit histogram(std::vector<double> bounds);

    void observe(double value);

    [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
    /// One number a bucket. What is observed meanwhile may be in or not, and in sum() a moment before or after.
    [[nodiscard]] std::vector<std::uint64_t> counts() const;
    [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }

private:
    std::vector<double> bounds_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
    std::atomic<double> sum_{0};
};

}  // namespace parley::metrics
