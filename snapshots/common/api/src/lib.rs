ambience::interfaces!();
