pub struct Service;
