"""The append-only trail: every act writes one record, inside its own transaction."""
