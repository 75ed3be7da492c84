"""booking-writer: books reconciled settlements in Tripletex and tells ECPay so."""
