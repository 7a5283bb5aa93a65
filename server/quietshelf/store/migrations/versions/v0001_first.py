"""Every table of the first release.

Not released yet: until then a change of `store/tables` is made in this file, in place (tests/store/test_schema.py says
what differs). From the first release on, every change is a migration of its own.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

figures = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("job", "due", name=op.f("pk_job_runs")),
    )

    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("delivery_address", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=False),
        sa.Column("tax_percent_hundredths", sa.Integer(), nullable=False),
        sa.Column("next_order_number", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("suppliers_looked_on", sa.Date(), nullable=True),
        sa.Column("suppliers_seen", sa.Integer(), nullable=False),
        sa.Column("top_drawn_on", sa.Date(), nullable=True),
        sa.Column("budget_minor", sa.Integer(), nullable=True),
        sa.Column("budget_days", sa.Integer(), nullable=False),
        sa.Column("budget_from", sa.Date(), nullable=True),
        sa.Column("order_limit_minor", sa.Integer(), nullable=True),
        sa.Column("target_turns", sa.Double(), nullable=True),
        sa.Column("order_limit_by", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("asks_on_order", sa.Boolean(), nullable=False),
        sa.Column("on_order_said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_order_said_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("key", name=op.f("uq_sites_key")),
    )

    op.create_table(
        "suppliers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("quoted_lead_days", sa.Integer(), nullable=True),
        sa.Column("payment_days", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("order_day", sa.Integer(), nullable=True),
        sa.Column("minimum_value_minor", sa.Integer(), nullable=True),
        sa.Column("closed_from", sa.Date(), nullable=True),
        sa.Column("closed_to", sa.Date(), nullable=True),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
        sa.UniqueConstraint("name", name=op.f("uq_suppliers_name")),
    )

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wants_notices", sa.Boolean(), nullable=False),
        sa.CheckConstraint("role IN ('manager', 'staff')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )

    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_feeds_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_feeds_site_id_name")),
    )

    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("skipped", figures, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_imports_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )

    op.create_table(
        "node_credentials",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_node_credentials_site_id_sites")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_node_credentials")),
    )

    op.create_table(
        "nodes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("stream", sa.String(), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adopted_stream", sa.String(), nullable=True),
        sa.Column("adopted_mark", sa.BigInteger(), nullable=True),
        sa.Column("opening_stream", sa.String(), nullable=True),
        sa.Column("opening_seq", sa.BigInteger(), nullable=True),
        sa.Column("twice", sa.Boolean(), nullable=False),
        sa.Column("config_epoch", sa.BigInteger(), nullable=False),
        sa.Column("config_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_nodes_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nodes")),
        sa.UniqueConstraint("name", name=op.f("uq_nodes_name")),
    )

    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("expedited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("sent_itself", figures, nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'sending', 'sent', 'confirmed', 'part_received', 'received', "
            "'closed_short', 'cancelled')",
            name=op.f("ck_orders_state"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_orders_approved_by_users")),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_orders_changed_by_users")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_orders_site_id_sites")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_orders_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    op.create_index("ix_orders_state", "orders", ["site_id", "state"], unique=False)
    op.create_index(op.f("ix_orders_supplier_id"), "orders", ["supplier_id"], unique=False)
    op.create_index(
        "uq_orders_one_open_draft",
        "orders",
        ["site_id", "supplier_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )

    op.create_table(
        "products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("cost_minor", sa.Integer(), nullable=True),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("pack", sa.Integer(), nullable=False),
        sa.Column("minimum_order", sa.Integer(), nullable=False),
        sa.Column("piece_weight_g", sa.Double(), nullable=True),
        sa.Column("tax_percent_hundredths", sa.Integer(), nullable=True),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_products_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )
    op.create_index(op.f("ix_products_barcode"), "products", ["barcode"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_quarantine_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index("ix_quarantine_at", "quarantine", ["site_id", "at"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_links_user_id_users")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sign_in_links")),
    )

    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("figures", figures, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_decisions_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_decisions_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_of_sku", "decisions", ["site_id", "product_id", "at"], unique=False)

    op.create_table(
        "exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("node_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("risk_minor_per_day", sa.Integer(), nullable=False),
        sa.Column("figures", figures, nullable=False),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("snoozed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_by", sa.Integer(), nullable=True),
        sa.Column("snoozed_risk_minor", sa.Integer(), nullable=True),
        sa.Column("snoozed_on_hand", sa.Integer(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["users.id"], name=op.f("fk_exceptions_acknowledged_by_users")),
        sa.ForeignKeyConstraint(["snoozed_by"], ["users.id"], name=op.f("fk_exceptions_snoozed_by_users")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_exceptions_node_id_nodes")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_exceptions_order_id_orders")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_exceptions_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_exceptions_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exceptions")),
    )
    op.create_index(
        "uq_exceptions_one_open",
        "exceptions",
        ["site_id", "key"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_exceptions_of_key", "exceptions", ["site_id", "key", "closed_at"], unique=False)
    op.create_index(
        "ix_exceptions_open_of_sku",
        "exceptions",
        ["site_id", "product_id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("happened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learnt", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("packs", sa.Boolean(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("party", sa.String(), nullable=True),
        sa.Column("takes_back", sa.String(), nullable=True),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.Column("one_off", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_facts_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_facts_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_facts_site_id_key")),
    )
    op.create_index("ix_facts_of_sku", "facts", ["site_id", "product_id", "happened"], unique=False)
    op.create_index(
        "ix_facts_sales",
        "facts",
        ["site_id", "happened"],
        unique=False,
        sqlite_where=sa.text("kind = 'sale'"),
        postgresql_where=sa.text("kind = 'sale'"),
    )

    op.create_table(
        "held_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("fact", figures, nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_held_rows_import_id_imports")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_held_rows_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_rows")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_held_rows_site_id_key")),
    )
    op.create_index("ix_held_rows_sku", "held_rows", ["site_id", "sku"], unique=False)

    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("attachment_name", sa.String(), nullable=True),
        sa.Column("attachment", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("perhaps_repeated", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'sent', 'failed', 'withdrawn')", name=op.f("ck_mails_state")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_mails_order_id_orders")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_mails_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mails_message_id")),
    )
    op.create_index("ix_mails_due", "mails", ["state", "not_before"], unique=False)
    op.create_index(op.f("ix_mails_order_id"), "mails", ["order_id"], unique=False)

    op.create_table(
        "node_events",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", figures, nullable=True),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_node_events_node_id_nodes")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_node_events_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "node_id", "stream", "seq", name=op.f("pk_node_events")),
    )
    op.create_index("ix_node_events_slot", "node_events", ["node_id", "stream", "slot", "seq"], unique=False)
    op.create_index(
        "ix_node_events_undated",
        "node_events",
        ["node_id", "stream", "arrived"],
        unique=False,
        sqlite_where=sa.text("at IS NULL"),
        postgresql_where=sa.text("at IS NULL"),
    )

    op.create_table(
        "lost_events",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_lost_events_node_id_nodes")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_lost_events_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "node_id", "stream", "first", name=op.f("pk_lost_events")),
    )

    op.create_table(
        "offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("cost_minor", sa.Integer(), nullable=False),
        sa.Column("pack", sa.Integer(), nullable=False),
        sa.Column("minimum_order", sa.Integer(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("from_quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_offers_product_id_products")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_offers_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint(
            "supplier_id", "product_id", "from_quantity", name=op.f("uq_offers_supplier_id_product_id_from_quantity")
        ),
    )
    op.create_index(op.f("ix_offers_product_id"), "offers", ["product_id"], unique=False)

    op.create_table(
        "order_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("ruled", figures, nullable=True),
        sa.Column("unit_cost_minor", sa.Integer(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.String(), nullable=True),
        sa.Column("waits_until", sa.Date(), nullable=True),
        sa.Column("drafted_on", sa.Date(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity")),
        sa.CheckConstraint(
            "received >= 0 AND rejected >= 0 AND rejected <= received", name=op.f("ck_order_lines_received")
        ),
        sa.ForeignKeyConstraint(["edited_by"], ["users.id"], name=op.f("fk_order_lines_edited_by_users")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id_orders")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_order_lines_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_order_lines_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
    )
    op.create_index(op.f("ix_order_lines_order_id"), "order_lines", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_lines_product_id"), "order_lines", ["product_id"], unique=False)
    op.create_index(
        "uq_order_lines_one_draft_line",
        "order_lines",
        ["site_id", "product_id"],
        unique=True,
        sqlite_where=sa.text("is_draft"),
        postgresql_where=sa.text("is_draft"),
    )
    op.create_index("uq_order_lines_one_of_a_sku", "order_lines", ["order_id", "product_id"], unique=True)

    op.create_table(
        "sku_days",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("revenue_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_sku_days_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sku_days_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "product_id", "day", name=op.f("pk_sku_days")),
    )

    op.create_table(
        "sku_states",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("sensed", sa.Integer(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("on_order", sa.Integer(), nullable=False),
        sa.Column("sold_60", sa.Integer(), nullable=False),
        sa.Column("velocity", sa.Double(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("zone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("risk_minor_per_day", sa.Integer(), nullable=False),
        sa.Column("figures", figures, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_for", sa.Date(), nullable=True),
        sa.Column("decide_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_top", sa.Boolean(), nullable=False),
        sa.Column("looks_gone", sa.Boolean(), nullable=False),
        sa.Column("facts_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decide_again_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.CheckConstraint("zone IN ('red', 'yellow', 'green')", name=op.f("ck_sku_states_zone")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_sku_states_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sku_states_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "product_id", name=op.f("pk_sku_states")),
    )
    op.create_index("ix_sku_states_again", "sku_states", ["site_id", "decide_again_at"], unique=False)
    op.create_index("ix_sku_states_looks", "sku_states", ["site_id", "looks_gone"], unique=False)
    op.create_index("ix_sku_states_again_on", "sku_states", ["site_id", "decide_again_on"], unique=False)
    op.create_index("ix_sku_states_stale", "sku_states", ["site_id", "stale"], unique=False)
    op.create_index("ix_sku_states_zone", "sku_states", ["site_id", "zone"], unique=False)

    op.create_table(
        "slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("tolerance", sa.Double(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("grams", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.Column("health", sa.String(), nullable=True),
        sa.Column("stream", sa.String(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disagrees", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_slots_node_id_nodes")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_slots_product_id_products")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("node_id", "name", name=op.f("uq_slots_node_id_name")),
    )
    op.create_index(op.f("ix_slots_product_id"), "slots", ["product_id"], unique=False)

    op.create_table(
        "streams",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=False),
        sa.Column("booked_after", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", figures, nullable=True),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_streams_node_id_nodes")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_streams_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "node_id", "stream", name=op.f("pk_streams")),
    )

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("happened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learnt", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_deliveries_order_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_deliveries_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_order_line_id"), "deliveries", ["order_line_id"], unique=False)
    op.create_index("uq_deliveries_key", "deliveries", ["site_id", "key"], unique=True)

    op.create_table(
        "site_days",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_days_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_site_days")),
    )

    op.create_table(
        "sourcings",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.Integer(), nullable=True),
        sa.Column("why", figures, nullable=True),
        sa.Column("trial_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal", figures, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chosen_by"], ["users.id"], name=op.f("fk_sourcings_chosen_by_users")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_sourcings_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sourcings_site_id_sites")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_sourcings_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("site_id", "product_id", name=op.f("pk_sourcings")),
    )

    op.create_table(
        "scorecards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("good_deliveries", sa.Integer(), nullable=False),
        sa.Column("otif", sa.Double(), nullable=False),
        sa.Column("on_time", sa.Double(), nullable=False),
        sa.Column("fill", sa.Double(), nullable=True),
        sa.Column("quality", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_scorecards_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_scorecards_site_id_sites")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_scorecards_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecards")),
    )
    op.create_index("ix_scorecards_of_supplier", "scorecards", ["site_id", "supplier_id", "product_id"], unique=False)

    op.create_table(
        "sku_plans",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("ending", sa.Boolean(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("pinned_quantity", sa.Integer(), nullable=True),
        sa.Column("keep_at_least", sa.Integer(), nullable=True),
        sa.Column("not_this_time_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("woken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_shelf", sa.Boolean(), nullable=False),
        sa.CheckConstraint("pinned_quantity > 0 AND keep_at_least > 0", name=op.f("ck_sku_plans_pins")),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_sku_plans_changed_by_users")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_sku_plans_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sku_plans_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "product_id", name=op.f("pk_sku_plans")),
    )

    op.create_table(
        "known_needs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_known_needs_quantity")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_known_needs_made_by_users")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_known_needs_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_known_needs_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_needs")),
    )
    op.create_index("ix_known_needs_of_sku", "known_needs", ["site_id", "product_id", "on_day"], unique=False)

    op.create_table(
        "losses",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("out", sa.Double(), nullable=False),
        sa.Column("evidence", figures, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_losses_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_losses_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "product_id", "day", "cause", name=op.f("pk_losses")),
    )
    op.create_index("ix_losses_of_day", "losses", ["site_id", "day"], unique=False)

    op.create_table(
        "constraint_looks",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("named", sa.String(), nullable=False),
        sa.Column("named_on", sa.Date(), nullable=False),
        sa.Column("challenger", sa.String(), nullable=True),
        sa.Column("looks_running", sa.Integer(), nullable=False),
        sa.Column("lost", figures, nullable=False),
        sa.Column("throughput_minor", sa.Integer(), nullable=False),
        sa.Column("stock_out_days", sa.Integer(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("more_days_needed", sa.Integer(), nullable=False),
        sa.Column("more_deliveries_needed", sa.Integer(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("before", sa.Double(), nullable=True),
        sa.Column("error", sa.Double(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts_seen", sa.Integer(), nullable=False),
        sa.Column("orders_seen", sa.Integer(), nullable=False),
        sa.Column("numbers", figures, nullable=True),
        sa.Column("from_history", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_constraint_looks_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_constraint_looks")),
    )

    op.create_table(
        "reviews",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", figures, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_reviews_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "month", name=op.f("pk_reviews")),
    )

    op.create_table(
        "modes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("on_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_by", sa.Integer(), nullable=True),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_by", sa.Integer(), nullable=True),
        sa.Column("figures", figures, nullable=False),
        sa.ForeignKeyConstraint(["off_by"], ["users.id"], name=op.f("fk_modes_off_by_users")),
        sa.ForeignKeyConstraint(["on_by"], ["users.id"], name=op.f("fk_modes_on_by_users")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_modes_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modes")),
    )
    op.create_index(
        "uq_modes_one_at_a_time",
        "modes",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("off_at IS NULL"),
        postgresql_where=sa.text("off_at IS NULL"),
    )

    op.create_table(
        "supplier_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.CheckConstraint("what IN ('asked', 'answered')", name=op.f("ck_supplier_words_what")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_supplier_words_by_users")),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_supplier_words_mail_id_mails")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_supplier_words_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_words")),
    )
    op.create_index("ix_supplier_words_of_order", "supplier_words", ["order_id", "at"], unique=False)

    op.create_table(
        "lines_taken_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("taken_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_off_by", sa.Integer(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("held", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_lines_taken_off_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_lines_taken_off_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("fk_lines_taken_off_supplier_id_suppliers")
        ),
        sa.ForeignKeyConstraint(["taken_off_by"], ["users.id"], name=op.f("fk_lines_taken_off_taken_off_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines_taken_off")),
    )
    op.create_index("ix_lines_taken_off_of_sku", "lines_taken_off", ["site_id", "product_id"], unique=False)

    op.create_table(
        "sku_gists",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gist", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_sku_gists_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sku_gists_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "product_id", name=op.f("pk_sku_gists")),
    )

    op.create_table(
        "hooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("body", figures, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'claimed', 'sent', 'failed')", name=op.f("ck_hooks_state")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_hooks_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hooks")),
        sa.UniqueConstraint("message_id", name=op.f("uq_hooks_message_id")),
    )
    op.create_index("ix_hooks_due", "hooks", ["state", "not_before"], unique=False)

    op.create_table(
        "pins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_pins_product_id_products")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_pins_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pins")),
    )
    op.create_index("ix_pins_of_sku", "pins", ["site_id", "product_id"], unique=False)


def downgrade() -> None:
    for table in (
        "pins",
        "hooks",
        "sku_gists",
        "lines_taken_off",
        "supplier_words",
        "modes",
        "reviews",
        "constraint_looks",
        "losses",
        "known_needs",
        "sku_plans",
        "scorecards",
        "sourcings",
        "site_days",
        "deliveries",
        "streams",
        "slots",
        "sku_states",
        "sku_days",
        "order_lines",
        "offers",
        "node_events",
        "lost_events",
        "mails",
        "held_rows",
        "facts",
        "exceptions",
        "decisions",
        "sign_in_links",
        "quarantine",
        "products",
        "orders",
        "nodes",
        "node_credentials",
        "imports",
        "feeds",
        "users",
        "suppliers",
        "sites",
        "job_runs",
    ):
        op.drop_table(table)
