// One map behind one lock: connections come and go far more seldom than requests.
#include "transport/seat_table.hpp"

namespace parley::transport {

seat_table::seat::~seat() {
    if (!of_) return;
    const std::scoped_lock held(of_->guard);
    const auto mine = of_->taken.find(key_);
    if (--mine->second == 0) of_->taken.erase(mine);
    --of_->all;
}

std::optional<seat_table::seat> seat_table::take(std::string_view key, std::size_t most) {
    std::string own(key);
    const std::scoped_lock held(ledger_->guard);
    const auto [mine, fresh] = ledger_->taken.try_emplace(own, 0);
    // A fresh one is within every limit, so no entry stays behind without a seat.
    if (most != 0 && mine->second >= most) return std::nullopt;
    ++mine->second;
    ++ledger_->all;
    return seat(ledger_, std::move(own));
}

std::size_t seat_table::taken() const {
    const std::scoped_lock held(ledger_->guard);
    return ledger_->all;
}

}  // namespace parley::transport
