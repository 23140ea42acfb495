-- The shop's schema.
CREATE SCHEMA IF NOT EXISTS shop;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TYPE shop.order_state AS ENUM ('open', 'paid', 'sent');

/* Everyone who ever bought something. */
CREATE TABLE shop.customer (
    id          bigserial PRIMARY KEY,
    "Full Name" varchar(200) NOT NULL DEFAULT 'no;body',
    balance     numeric(10, 2) CHECK (balance >= 0),
    UNIQUE (id, balance)
);

-- One order of one customer.
CREATE TABLE IF NOT EXISTS shop.orders (
    id bigint GENERATED ALWAYS AS IDENTITY,
    customer_id bigint REFERENCES shop.customer (id),
    state shop.order_state NOT NULL,
    CONSTRAINT orders_pk PRIMARY KEY (id)
);

CREATE UNIQUE INDEX CONCURRENTLY orders_by_customer ON shop.orders (customer_id, lower(state::text));

CREATE OR REPLACE VIEW shop.open_orders AS
SELECT o.id, c."Full Name" FROM shop.orders o JOIN shop.customer c ON c.id = o.customer_id
WHERE o.state = 'open';

CREATE OR REPLACE FUNCTION shop.pay(order_id bigint) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE shop.orders SET state = 'paid' WHERE id = order_id;
    PERFORM shop.notify_customer(order_id);
END;
$body$;

CREATE PROCEDURE close_day(IN day date)
BEGIN
    DECLARE total int DEFAULT 0;
    IF total = 0 THEN
        INSERT INTO audit_log (day, total) VALUES (day, CASE WHEN total > 0 THEN total ELSE 0 END);
    END IF;
    CALL reset_counters();
END;

CREATE TRIGGER orders_changed AFTER UPDATE ON shop.orders
FOR EACH ROW EXECUTE FUNCTION shop.touch();

CREATE SEQUENCE order_numbers START 1000;
ALTER TABLE shop.orders ADD COLUMN note text;
INSERT INTO shop.customer ("Full Name") VALUES ('Ada; Lovelace');
