// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Ownable.sol";
import {IERC20, SafeMath as Maths} from "./IERC20.sol";
import * as Tools from "./Tools.sol";

uint256 constant MAX_FEE = 100;

type Price is uint128;

error NotEnough(uint256 wanted, uint256 available);

struct Offer {
    address seller;
    uint256 amount;
}

interface IMarket {
    function buy(uint256 id) external payable returns (bool);
}

library Fees {
    function feeOf(uint256 amount) internal pure returns (uint256) {
        return amount / MAX_FEE;
    }
}

/// @title A market for offers.
contract Market is Ownable, IMarket {
    using Fees for uint256;

    enum State { Open, Closed }

    event Bought(address indexed buyer, uint256 id);

    mapping(uint256 => Offer) public offers;
    State private state = State.Open;
    address immutable treasury;

    modifier onlyOpen() {
        require(state == State.Open, "closed");
        _;
    }

    constructor(address treasury_) {
        treasury = treasury_;
    }

    /// Buys one offer.
    function buy(uint256 id) external payable override onlyOpen returns (bool) {
        Offer storage offer = offers[id];
        if (msg.value < offer.amount) revert NotEnough(offer.amount, msg.value);
        payable(treasury).transfer(offer.amount.feeOf());
        emit Bought(msg.sender, id);
        return true;
    }

    receive() external payable {}
    fallback() external {}
}

function half(uint256 value) pure returns (uint256) {
    return value / 2;
}
