// One thread that calls every listener but the speaker's own.
#include "bus/in_process.hpp"

#include <atomic>
#include <future>

namespace parley::bus {

class exchange::member final : public kernel::bus {
public:
    member(exchange& of, kernel::peer_id self) : of_(of), self_(self) {}
    ~member() override { member::stop(); }

    void say(tenant_id tenant, kernel::bus_news what) override {
        of_.thread_.post([&of = of_, self = self_, tenant, what = std::move(what)] { of.bring(self, tenant, what); });
    }

    void listen(kernel::bus_listener& to) override {
        of_.thread_.post([&of = of_, self = self_, &to] {
            const std::lock_guard held(of.guard_);
            if (of.listeners_.emplace(self, &to).second) to.reached();
        });
    }

    /// After what was posted before, so that it is said; and no listener that is to come is forgotten.
    void stop() override {
        if (stopped_.exchange(true)) return;
        std::promise<void> done;
        of_.thread_.post([&] {
            const std::lock_guard held(of_.guard_);
            of_.listeners_.erase(self_);
            done.set_value();
        });
        done.get_future().wait();
    }

private:
    exchange& of_;
    const kernel::peer_id self_;
    std::atomic<bool> stopped_ = false;
};

std::unique_ptr<kernel::bus> exchange::join() { return std::make_unique<member>(*this, ++joined_); }

void exchange::bring(kernel::peer_id from, tenant_id tenant, const kernel::bus_news& what) {
    const std::lock_guard held(guard_);
    for (const auto& [peer, listener] : listeners_)
        if (peer != from) listener->heard(from, tenant, what);
}

}  // namespace parley::bus
